"""Reads workbooks as another program does, and says as JSON what stands in them: a line a file."""

import datetime
import json
import sys

import openpyxl


def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date)):
        return {"date": value.strftime("%Y-%m-%d")}
    return value


for path in sys.argv[1:]:
    formulas = openpyxl.load_workbook(path)
    results = openpyxl.load_workbook(path, data_only=True)
    sheets = []
    for sheet in formulas.worksheets:
        values = results[sheet.title]
        sheets.append(
            {
                "name": sheet.title,
                "rows": [[plain(cell.value) for cell in row] for row in values.iter_rows()],
                "formulas": {
                    cell.coordinate: {"formula": cell.value, "result": values[cell.coordinate].value}
                    for row in sheet.iter_rows()
                    for cell in row
                    if cell.data_type == "f"
                },
                "freeze": sheet.freeze_panes,
                "filter": sheet.auto_filter.ref,
                "repeat": sheet.print_title_rows,
                "area": sheet.print_area,
            }
        )
    print(json.dumps({"keywords": formulas.properties.keywords, "sheets": sheets}, ensure_ascii=False))
