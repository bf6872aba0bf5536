#!/usr/bin/env python3
"""Makes the tables that the program loads from the reference tables of the DICOM Standard.

    python3 config/standard/generate.py FOLDER

FOLDER holds confidentiality.json, iod_types.json.gz, sop_classes.json, cid_7050.json and safe_private.json.
The digest of the 657 rows of PS3.15 Table E.1-1 is checked against the published one of edition 2026d before
anything is written. manifest.json records edition, row count and SHA-256 of each file; the program checks them
when it loads. unlisted.json and words.json are written by hand: they are this project's decisions about attributes
that the table does not name and about words that descriptions may hold, not tables of the standard.
"""

import gzip
import hashlib
import json
import pathlib
import sys

# Digest of the canonical JSON (sorted keys, no blanks) of the rows of PS3.15 2026d Table E.1-1.
CONFIDENTIALITY_DIGEST = "e257bc5e1cfecb3156ad3b871c43e6d73581cba6e80df460f4a4a87694e89442"
HERE = pathlib.Path(__file__).resolve().parent


def canonical_digest(rows):
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def pattern(tag):
    """(0010,0010) -> 00100010; (50xx,xxxx) -> 50xxxxxx; odd groups -> private."""
    return "private" if "odd" in tag else tag.strip("()").replace(",", "").upper().replace("X", "x")


def lines(head, name, rows):
    """JSON with one row a line, so that a change of edition reads well in review."""
    body = ",\n".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows)
    text = json.dumps(head, indent=1, ensure_ascii=False)[:-2]
    return (text + f',\n "{name}": [\n{body}\n]\n}}\n').encode()


def confidentiality(folder):
    table = json.loads((folder / "confidentiality.json").read_bytes())
    digest = canonical_digest(table["rows"])
    if digest != CONFIDENTIALITY_DIGEST:
        sys.exit(f"confidentiality.json: rows hash to {digest}, edition 2026d to {CONFIDENTIALITY_DIGEST}")
    options = list(table["option_columns"])
    rows = [
        [pattern(r["tag"]), r["name"], r["basic_profile"], *(r["options"].get(o, "") for o in options)]
        for r in table["rows"]
    ]
    head = {
        "table": table["table"], "edition": table["edition"], "source": table["acknowledgement"],
        "columns": ["tag", "name", "basic_profile", *options],
    }
    return lines(head, "rows", rows), len(rows), table["edition"]


def iod_types(folder):
    table = json.loads(gzip.decompress((folder / "iod_types.json.gz").read_bytes()))
    out = {
        "edition": table["edition"],
        "iods": {iod: [m[0] for m in modules] for iod, modules in table["iods"].items()},
        # Repeating groups (60xx) are removed whole, whatever their Type.
        "modules": {
            module: {path: kind for path, kind in paths.items() if "x" not in path}
            for module, paths in table["modules"].items()
        },
    }
    text = json.dumps(out, separators=(",", ":"), sort_keys=True).encode()
    # No time stamp in the header: the same input gives the same bytes.
    return gzip.compress(text, 9, mtime=0), len(out["iods"]), "PS3.3 2026b, Types of 2016"


def sop_classes(folder):
    table = json.loads((folder / "sop_classes.json").read_bytes())
    rows = [[r["uid"], r["keyword"], r["iod"]] for r in table["rows"]]
    return lines({"edition": table["edition"], "columns": ["uid", "keyword", "iod"]}, "rows", rows), len(rows), table["edition"]


def method_codes(folder):
    table = json.loads((folder / "cid_7050.json").read_bytes())
    rows = [[r["option"].replace(" ", "_"), r["scheme_designator"], r["code_value"], r["code_meaning"]] for r in table["rows"]]
    head = {"table": table["table"], "edition": table["edition"], "columns": ["option", "scheme", "value", "meaning"]}
    return lines(head, "rows", rows), len(rows), table["edition"]


def safe_private(folder):
    table = json.loads((folder / "safe_private.json").read_bytes())
    rows = [[r["creator"], r["group"], r["element"], r["vr"], r["identifier_risk"] or ""] for r in table["rows"]]
    head = {"table": table["table"], "edition": table["edition"], "columns": ["creator", "group", "element", "vr", "risk"]}
    return lines(head, "rows", rows), len(rows), table["edition"]


def main():
    folder = pathlib.Path(sys.argv[1])
    made = {
        "confidentiality.json": confidentiality(folder),
        "iod_types.json.gz": iod_types(folder),
        "sop_classes.json": sop_classes(folder),
        "cid_7050.json": method_codes(folder),
        "safe_private.json": safe_private(folder),
    }
    for decision in ("unlisted.json", "words.json"):
        made[decision] = ((HERE / decision).read_bytes(), None, "decision of this project")
    files = {}
    for name, (data, rows, edition) in made.items():
        (HERE / name).write_bytes(data)
        files[name] = {"edition": edition, "rows": rows, "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {
        "notice": "Facts of the DICOM Standard, (c) NEMA; the current edition is at dicomstandard.org.",
        "confidentialityRowsSha256": CONFIDENTIALITY_DIGEST,
        "files": files,
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
