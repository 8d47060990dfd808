"""Validates events, one a line, by the JSON Schema that the CloudEvents SDK for JavaScript carries: cloudevents.py EVENTS SDK_SCHEMA"""
import json
import re
import sys

import jsonschema

with open(sys.argv[2], encoding="utf-8") as file:
    # The SDK has it compiled into a program, whose first constant it is.
    schema = json.loads(re.search(r"const schema\d+ = (\{.*\});\n", file.read())[1])
assert schema["description"] == "CloudEvents Specification JSON Schema"
validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
assert not validator.is_valid({"specversion": "1.0", "id": "", "source": "/a", "type": "t"})

count = 0
with open(sys.argv[1], encoding="utf-8") as events:
    for line in events:
        for fault in validator.iter_errors(json.loads(line)):
            sys.exit(f"{list(fault.absolute_path)}: {fault.message}\n{line}")
        count += 1
print(count)
