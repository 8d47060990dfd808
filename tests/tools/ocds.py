"""Validates an OCDS release package by the standard's own schemas, merges its releases with ocdsmerge, and prints the sums
of each process as JSON: ocds.py PACKAGE RELEASE_SCHEMA PACKAGE_SCHEMA"""
import json
import sys
from collections import defaultdict
from decimal import Decimal

import jsonschema
import ocdsmerge

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
with open(sys.argv[2], encoding="utf-8") as file:
    release_schema = json.load(file)
with open(sys.argv[3], encoding="utf-8") as file:
    package_schema = json.load(file)
# The releases are held against their own schema, one by one.
package_schema["properties"]["releases"]["items"] = {}

checker = jsonschema.FormatChecker(["date-time", "uri"])


def check(schema, document):
    for fault in jsonschema.Draft4Validator(schema, format_checker=checker).iter_errors(document):
        sys.exit(f"{list(fault.absolute_path)}: {fault.message[:500]}\n{json.dumps(document, ensure_ascii=False)[:2000]}")


package = json.loads(text)
check(package_schema, package)
for release in package["releases"]:
    check(release_schema, release)
assert len({release["id"] for release in package["releases"]}) == len(package["releases"])

processes = defaultdict(list)
for release in json.loads(text, parse_float=Decimal)["releases"]:
    processes[release["ocid"]].append(release)

merger = ocdsmerge.Merger(release_schema)
sums = {}
for ocid, releases in processes.items():
    compiled = merger.create_compiled_release(releases)
    parties = {party["id"] for party in compiled["parties"]}
    found = defaultdict(Decimal)
    fund = compiled["ocid"]
    for award in compiled["awards"]:
        own = "allocated" if award["id"] == "allocation" else "assigned"
        found[own] += award.get("value", {}).get("amount", Decimal(0))
        assert {supplier["id"] for supplier in award["suppliers"]} <= parties
    assert compiled["planning"]["budget"].get("amount", {}).get("amount", 0) == found["allocated"]
    for contract in compiled.get("contracts", []):
        kind = contract["id"].split(":")[0]
        if kind == "clawback":
            found["clawback_ordered"] += contract["value"]["amount"]
        for made in contract.get("implementation", {}).get("transactions", []):
            amount = made["value"]["amount"]
            assert {made["payer"]["id"], made["payee"]["id"]} <= parties, made
            found[{"allocation": "released", "project": "paid", "clawback": "clawback_returned"}[kind]] += amount
            # The pilot's fund: what came in less what went out.
            if made["payee"]["id"].startswith("pilot:"):
                found["balance"] += amount
            if made["payer"]["id"].startswith("pilot:"):
                found["balance"] -= amount
    sums[ocid] = {key: f"{value:.2f}" for key, value in found.items()}
json.dump(sums, sys.stdout)
