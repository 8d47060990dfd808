#!/usr/bin/env python3
"""核验审计证据包 · Verifies an evidence pack of a ledger of public money.

    python3 verify.py pack.zip [--key VKEY]...      # 或解压后的文件夹 · or the folder it was unpacked to

Python 3.9 or later and its standard library; signatures are checked with the package `cryptography` or the command
`openssl`, whichever is there. What is checked, from the bytes up:

1. the container and the manifest: every file there, none besides, each with its digest;
2. the entries: canonical JSON (RFC 8785), positions and versions without gaps, times that never go back;
3. the tree over them (RFC 6962): root, tiles, proofs, checkpoints and the signatures under them;
4. the rules about sums, to the fen: caps, first share, payout limits, what is assigned, paid, given back, balances;
5. the figures, and the totals of every export, held against what the entries come to.

Where a file is not the one the manifest lists, what rests on it is not judged: the first thing wrong is what is said.
NOT recomputed here are alerts, names of states, the rulebook's words, and what stands in the books, the table and the OCDS
releases beside their sums: these are under the manifest's digests only. `tranche pack --check` makes the whole pack anew from
the ledger and compares every byte. Exit status 0: all agrees. 1: something does not.
"""
import argparse, base64, csv, hashlib, json, os, re, shutil, struct, subprocess, sys, tempfile, zipfile, zlib
from collections import defaultdict
from decimal import Decimal

FORMAT, PIECE = "tranche-pack/1", 1 << 20
MALFORMED = (KeyError, ValueError, TypeError, AttributeError, IndexError, ArithmeticError, struct.error)


class Wrong(Exception):
    """Something that does not agree, in Chinese and English."""

    def __init__(self, zh, en):
        super().__init__(f"{zh} · {en}")


class Missing(Wrong):
    """A file that is not there, or one too many."""


class telling:
    """Tells what is wrong, and goes on."""

    def __init__(self, wrong, where):
        self.wrong, self.where = wrong, where

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, MALFORMED):
            error = Wrong(f"{self.where} 的内容不成形:{error!r}", f"{self.where} is malformed: {error!r}")
        if isinstance(error, Wrong):
            self.wrong(error)
        return isinstance(error, Wrong)


def say(zh, en):
    print(f"  {zh} · {en}")


# ---------------------------------------------------------------- 1. container and manifest


class Pack:
    """The files of a pack, read piece by piece: of a zip file, or of the folder it was unpacked to."""

    DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) + MALFORMED

    def __init__(self, path, file=None):
        self.path, self.file = path, file
        try:
            self.zip = zipfile.ZipFile(file) if file else None
        except self.DAMAGE as error:
            raise Wrong(f"压缩包被截断或改动:{error}", f"the zip file is cut off or altered: {error}")
        if file and len(set(self.zip.namelist())) != len(self.zip.namelist()):
            raise Wrong("压缩包的目录被改动:有重名文件", "the zip file's directory is altered: it has a file twice")

    def names(self):
        if self.zip:
            return self.zip.namelist()
        paths = [os.path.relpath(os.path.join(at, name), self.path) for at, _, files in os.walk(self.path) for name in files]
        return [path.replace(os.sep, "/") for path in paths if not path.startswith("__pycache__")]

    def pieces(self, name):
        try:
            with self.zip.open(name) if self.zip else open(os.path.join(self.path, name), "rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except self.DAMAGE as error:
            if isinstance(error, (KeyError, FileNotFoundError)):
                raise Missing(f"缺少 {name}", f"{name} is missing")
            if self.zip and not isinstance(error, (zlib.error, EOFError)) and "CRC" not in str(error):
                raise Wrong(f"压缩包的目录或文件头被改动,读不出 {name}:{error}",
                            f"the zip file's directory or a header is altered, {name} cannot be read: {error}")
            raise Wrong(f"{name} 被改动或无法读取:{error}", f"{name} is altered, or cannot be read: {error}")

    def whole(self, name):
        return b"".join(self.pieces(name))

    def lines(self, name):
        """The lines of a file, without reading it whole. Each must have its end."""
        rest = b""
        for piece in self.pieces(name):
            *full, rest = (rest + piece).split(b"\n")
            yield from full
        if rest:
            raise Wrong(f"{name} 最后一行不完整", f"the last line of {name} is cut off")

    def check_frame(self):
        """Of a zip file the last 64 bytes are the digest of all before them: header bits and the last bits of files too."""
        if self.seal() == "broken":
            raise Wrong("压缩包中文件以外的字节被改动(各文件内容未变)", "bytes of the zip file around its files are altered (the files are not)")
        if self.seal() == "none":
            say("压缩包由其他程序重新打包,内容未变", "another program made the zip file anew; the files are the same")

    def seal(self):
        if not self.file:
            return "whole"
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(max(0, size - 86))
        end = self.file.read(86)
        if end[:4] != b"PK\5\6":
            return "none" if end[-22:-18] == b"PK\5\6" else "broken"
        self.file.seek(0)
        left, sha = size - 64, hashlib.sha256()
        while left:
            piece = self.file.read(min(left, PIECE))
            sha.update(piece)
            left -= len(piece)
        return "whole" if sha.hexdigest().encode() == end[-64:] else "broken"


def read_manifest(pack):
    """The manifest, which its own digest and its form speak for."""
    data = pack.whole("manifest.json")
    if pack.whole("manifest.sha256") != f"{hashlib.sha256(data).hexdigest()}  manifest.json\n".encode():
        raise Wrong("manifest.json 与 manifest.sha256 不符:二者之一被改动", "manifest.json and manifest.sha256 do not agree: one is altered")
    manifest = canonical(data, "manifest.json")
    if manifest.get("format") != FORMAT:
        raise Wrong(f"清单格式不是 {FORMAT}", f"the manifest's format is not {FORMAT}")
    return manifest


def check_files(pack, manifest, wrong):
    """The manifest both ways: what is missing, what is too much, what is altered. Gives the names that it lists."""
    listed, present = {file["path"]: file for file in manifest["files"]}, set(pack.names())
    if len(listed) != len(manifest["files"]):
        wrong(Wrong("清单中有重名文件", "the manifest lists a file twice"))
    for name in sorted(listed.keys() - present):
        wrong(Missing(f"缺少 {name}", f"{name} is missing"))
    for name in sorted(present - listed.keys() - {"manifest.json", "manifest.sha256"}):
        wrong(Missing(f"多出 {name}:清单中没有", f"{name} is not in the manifest"))
    for name in sorted(listed.keys() & present):
        with telling(wrong, name):
            size, sha = 0, hashlib.sha256()
            for piece in pack.pieces(name):
                size += len(piece)
                sha.update(piece)
            if (size, sha.hexdigest()) != (listed[name]["size"], listed[name]["sha256"]):
                raise Wrong(f"{name} 被改动:与清单中的摘要不符", f"{name} is altered: its digest is not the manifest's")
    return set(listed)


# ---------------------------------------------------------------- 2. entries


def small_integer(text):
    if abs(int(text)) > 2**53:
        raise ValueError(f"an integer beyond 2^53: {text}")
    return int(text)


def refuse_number(text):
    raise ValueError(f"a number that is no integer: {text}")


DECODER = json.JSONDecoder(parse_float=refuse_number, parse_constant=refuse_number, parse_int=small_integer)


def rewritten(value):
    """RFC 8785 of our subset: texts, small integers, true, false, null, lists, objects; keys in order of UTF-16."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{rewritten(key)}:{rewritten(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(rewritten, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def canonical(data, where):
    """The JSON object that these bytes are the canonical form of."""
    try:
        value = DECODER.decode(data.decode("utf-8"))
        if not isinstance(value, dict) or rewritten(value).encode("utf-8") != data:
            raise ValueError("another form is canonical")
        return value
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{where} 不是规范 JSON(RFC 8785):{error}", f"{where} is no canonical JSON (RFC 8785): {error}")


ENTRY = {"position": int, "version": int, "ledger": str, "stream": str, "type": str, "on": str, "recorded_at": str,
         "command_id": str, "by": dict, "data": dict}


class Order:
    """Positions, versions and times, entry by entry."""

    def __init__(self, manifest):
        self.manifest, self.position, self.versions, self.time = manifest, 0, defaultdict(int), ""

    def check(self, entry):
        for key, kind in ENTRY.items():
            if type(entry.get(key)) is not kind:
                raise Wrong(f"缺少或错误的字段 {key}", f"the field {key} is missing or wrong")
        position, stream, at = entry["position"], entry["stream"], entry["recorded_at"]
        due, self.position = self.position + 1, position
        if position < due or (position > due and self.manifest["pilot"] is None) or position > self.manifest["size"]:
            raise Wrong(f"位置应为 {due}", f"position {due} was due")
        self.versions[stream] += 1
        if entry["version"] != self.versions[stream]:
            raise Wrong(f"{stream} 的版本应为 {self.versions[stream]},却为 {entry['version']}",
                        f"version {self.versions[stream]} of {stream} was due, not {entry['version']}")
        if entry["ledger"] != self.manifest["ledger"]:
            raise Wrong(f"属于另一台账 {entry['ledger']}", f"it is of another ledger, {entry['ledger']}")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", at) or at < self.time:
            raise Wrong(f"入账时间 {at} 早于前一条 {self.time}", f"recorded at {at}, before {self.time} of the one before it")
        # A sandbox opens in real time; the times simulated in it begin where they like.
        self.time = "" if position == 1 and entry["data"].get("sandbox") is True else at
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", entry["on"]):
            raise Wrong(f"业务日期 {entry['on']} 有误", f"{entry['on']} is no date")


# ---------------------------------------------------------------- 3. the tree, and who signed it


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The right edge of a tree that grows (RFC 6962)."""

    def __init__(self, leaves=()):
        self.size, self.peaks = 0, []
        for leaf in leaves:
            self.push(leaf)

    def push(self, leaf):
        at, self.size = self.size, self.size + 1
        while at & 1:
            leaf, at = node_hash(self.peaks.pop(), leaf), at >> 1
        self.peaks.append(leaf)

    def root(self):
        root, *peaks = reversed(self.peaks) if self.peaks else [hashlib.sha256().digest()]
        for peak in peaks:
            root = node_hash(peak, root)
        return root


def climb(at, last, path, roots):
    """Goes up a tree by a proof (RFC 9162, 2.1.3.2 and 2.1.4.2): each root takes in what stands to its left, and those after
    the first what stands to the right as well. None where the proof has a wrong length."""
    for beside in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            roots = [node_hash(beside, root) for root in roots]
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            roots = roots[:-1] + [node_hash(roots[-1], beside)]
        at, last = at >> 1, last >> 1
    return roots if last == 0 else None


def included(index, size, leaf, path):
    """The root that an inclusion proof leads to."""
    return (climb(index, size - 1, path, [leaf]) or [None])[0] if index < size else None


def consistent(old, old_root, new, new_root, path):
    """Whether the tree of `old` leaves is the beginning of that of `new`."""
    if old in (0, new):
        return not path and old_root == (new_root if old else hashlib.sha256().digest())
    path = ([] if old & (old - 1) else [old_root]) + path
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return bool(path) and climb(at, last, path[1:], [path[0], path[0]]) == [old_root, new_root]


def tile_name(level, index, width=256):
    """The path of a tile (C2SP tlog-tiles)."""
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width < 256 else "")


class Tiles:
    """Cuts a tree into tiles as it grows, and gives each with its level and index when it is full."""

    def __init__(self):
        self.levels = []

    def push(self, leaf, level=0):
        if level == len(self.levels):
            self.levels.append([0, []])
        index, hashes = self.levels[level]
        hashes.append(leaf)
        if len(hashes) == 256:
            self.levels[level] = [index + 1, []]
            yield level, index, hashes
            yield from self.push(Tree(hashes).root(), level + 1)

    def rest(self):
        return [(level, index, hashes) for level, (index, hashes) in enumerate(self.levels) if hashes]


def unbase64(text, length=None):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text or length not in (None, len(data)):
        raise ValueError(text)
    return data


class Key:
    """A public key as name+id+base64: Ed25519 of a log (01) or of a cosigner (04)."""

    def __init__(self, text):
        try:
            self.name, ident, key = text.strip().split("+", 2)
            self.id, key = bytes.fromhex(ident), unbase64(key, 33)
            if hashlib.sha256(self.name.encode() + b"\n" + key).digest()[:4] != self.id or key[0] not in (1, 4):
                raise ValueError(text)
            self.kind, self.key = key[0], key[1:]
        except ValueError:
            raise Wrong(f"不是公钥(应形如 名称+哈希+密钥):{text}", f"this is no public key in the form name+hash+key: {text}")


class Note:
    """A checkpoint with the signatures under it (C2SP signed-note, tlog-checkpoint)."""

    def __init__(self, data, where):
        try:
            text, _, signatures = data.decode("utf-8").rpartition("\n\n")
            self.text, self.signatures = text + "\n", []
            for line in signatures.split("\n")[:-1] if signatures.endswith("\n") else [""]:
                dash, name, signature = line.split(" ")
                self.signatures.append((dash, name, unbase64(signature)))
            self.origin, size, root = self.text.split("\n")[:3]
            self.size, self.root = small_integer(size), unbase64(root, 32)
            if str(self.size) != size or not self.origin or {dash for dash, _, _ in self.signatures} != {"—"}:
                raise ValueError(text)
        except ValueError:
            raise Wrong(f"{where} 不是检查点:残缺、被截断或格式不符", f"{where} is no checkpoint: cut off, or in another form")

    def signed_by(self, key, where):
        """Whether the key signed it; wrong where a signature in its name is not its own."""
        own = [made[4:] for _, name, made in self.signatures if (name, made[:4]) == (key.name, key.id)]
        for made in own:
            message = self.text.encode()
            if key.kind == 4:
                made, time = made[8:], struct.unpack(">Q", made[:8].rjust(8, b"\0"))[0]
                message = f"cosignature/v1\ntime {time}\n".encode() + message
            if not ed25519(key.key, made, message):
                raise Wrong(f"{where}:{key.name} 的签名与内容不符", f"{where}: the signature by {key.name} does not fit the text")
        return bool(own)


def ed25519(key, signature, message):
    """Whether an Ed25519 signature fits, by `cryptography` or else by `openssl`."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except ImportError:
        openssl = shutil.which("openssl")
    except (InvalidSignature, ValueError):
        return False
    if not openssl:
        raise Wrong("签名未核验:没有 Python 包 cryptography,也没有 openssl 命令,请装其一",
                    "signatures are NOT checked: install the Python package cryptography or the command openssl")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {"key": bytes.fromhex("302a300506032b6570032100") + key, "signature": signature, "message": message}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        command = "pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature"
        return subprocess.run([openssl, *command.split()], cwd=folder, capture_output=True).returncode == 0


# ---------------------------------------------------------------- 4. the rules about sums


def fen(text):
    if not re.fullmatch(r"(0|[1-9]\d{0,12})\.\d\d", str(text)):
        raise Wrong(f"{text} 不是金额", f"{text} is no sum")
    return int(text.replace(".", ""))


def yuan(sum_, digits=2):
    left, right = divmod(abs(sum_), 10**digits)
    return f"{'-' if sum_ < 0 else ''}{left}.{right:0{digits}}"


def parts(ratio, digits=4):
    """A decimal, in ten-thousandths (or other parts)."""
    left, _, right = ratio.partition(".")
    return int(left + right.ljust(digits, "0"))


def picked(data, *keys):
    return {key: data.get(key) for key in keys}


def hold(true, rule, zh, en):
    if not true:
        raise Wrong(f"违反 {rule}:{zh}", f"{rule} is broken: {en}")


def one_of(list_, key, value):
    """The latest of this identifier."""
    found = next((one for one in reversed(list_) if one[key] == value), None)
    hold(found, "REF-01", f"没有 {value}", f"there is no {value}")
    return found


class Pilot:
    """What the entries of a pilot come to, in fen."""

    def __init__(self, entry, application, areas):
        lead, members = areas[application["lead"]], application["members"]
        national = lead["kind"] == "zone" and lead.get("level") == "national"
        self.cap_kind = "joint" if len(members) > 1 else "national_zone" if national else "other"
        self.printed = {"pilot": entry["data"]["pilot"], "name": lead["name"] + (f"等{len(members)}地" if len(members) > 1 else ""),
                        "members": members, "city": lead["city"], "cohort": application["cohort"], "cap_kind": self.cap_kind}
        self.year, self.allocated, self.ratio, self.held = entry["on"][:4], 0, 0, set()
        self.releases, self.projects, self.clawbacks, self.evaluations = [], [], [], []
        self.paid = self.assigned = self.returned = self.unspent = self.ordered = 0
        self.days, self.payments, self.scores = defaultdict(int), {}, {}

    def released(self, year=""):
        return sum(fen(made["amount"]) for made in self.releases if not made["reversed"] and made["on"].startswith(year))

    def first(self, rules, year):
        """What waits for no decision, in ten-thousandths of a fen."""
        if rules["gate"] == "remainder_after_year" and year > self.year:
            return self.released(self.year) * 10_000
        return self.allocated * parts(rules["first_share"])

    def limit(self, first, ratio):
        """F + U(A - F), in hundred-millionths of a fen."""
        return first * 10_000 + ratio * (self.allocated * 10_000 - first)

    def move(self, day, change):
        """The balance moves, and must not fall below nothing on any business date."""
        self.days[day] += change
        balance = 0
        for at in sorted(self.days) if change < 0 else ():
            balance += self.days[at]
            hold(balance >= 0, "USE-05", f"{at} 资金余额为 {yuan(balance)}", f"the balance is {yuan(balance)} on {at}")

    def pay(self, day, project, amount):
        project["paid"] += amount
        self.paid += amount
        self.move(day, -amount)

    def figures(self, rules, as_of):
        a, r, ry = self.allocated, self.released(), self.released(self.year)
        limit, share = self.limit(self.first(rules, as_of[:4]), self.ratio) // 10**8, a * parts(rules["first_share"]) // 10_000
        room = min(a - r, limit - r, *([share - ry] if as_of[:4] == self.year else []))
        return {"cap": fen(rules["cap"][self.cap_kind]), "allocated": a, "first_share_limit": share, "released": r,
                "released_in_recognition_year": ry, "release_limit": limit, "releasable": 0 if self.held else max(room, 0),
                "withheld": a - max(r, limit), "assigned": self.assigned, "unassigned": a - self.assigned, "paid": self.paid,
                "balance": r - self.paid - self.unspent, "clawback_ordered": self.ordered, "clawback_returned": self.returned,
                "clawback_outstanding": self.ordered - self.returned}


class Books:
    """All pilots, judged entry by entry under the rules in force when each was recorded."""

    def __init__(self, reversed_payments=()):
        self.rules, self.areas, self.applications, self.pilots = {}, {}, {}, {}
        self.reversed_payments = reversed_payments

    def post(self, entry):
        kind, data = entry["type"], entry["data"]
        if kind == "ProgrammeOpened":
            self.rules, self.areas = data["rules"], {area["code"]: area for area in data["areas"]}
        elif kind == "ProgrammeAmended":
            for name, value in data["changes"].items():
                *path, last = name.split(".", 1)
                (self.rules.setdefault(path[0], {}) if path else self.rules)[last] = value
        elif kind == "AreaRegistered":
            self.areas[data["area"]] = data
        elif kind == "ApplicationSubmitted":
            self.applications[data["application"]] = data
        elif kind == "PilotRecognised":
            application = self.applications.get(data["application"])
            hold(application, "REF-01", f"申报 {data['application']} 不在包内", f"the application {data['application']} is not in the pack")
            self.pilots[data["pilot"]] = Pilot(entry, application, self.areas)
        elif data.get("pilot") in self.pilots:
            self.move(self.pilots[data["pilot"]], kind, entry["on"], data)

    def move(self, pilot, kind, on, data):
        """What an event of a pilot does, and what the rules say to it."""
        project = one_of(pilot.projects, "project", data["project"]) if "project" in data and kind != "ProjectAssigned" else None
        if kind in ("FundsAllocated", "AllocationAdjusted"):
            amount, cap = fen(data.get("amount") or data["new_amount"]), fen(self.rules["cap"][pilot.cap_kind])
            rule, out = {"national_zone": "CAP-01", "other": "CAP-02", "joint": "CAP-03"}[pilot.cap_kind], pilot.released() - pilot.returned
            hold(amount <= cap, rule, f"定额 {yuan(amount)} 超过上限 {yuan(cap)}", f"{yuan(amount)} is over the cap {yuan(cap)}")
            hold(amount >= out, "CAP-04", f"定额 {yuan(amount)} 小于已下达净额 {yuan(out)}", f"{yuan(amount)} is less than the {yuan(out)} out")
            pilot.allocated = amount
        elif kind == "TrancheReleased":
            self.release(pilot, on, data)
        elif kind == "ReceiptConfirmed":
            one_of(pilot.releases, "release", data["release"])["confirmed_on"] = on
        elif kind == "ReleaseReversed":
            made = one_of(pilot.releases, "release", data["release"])
            made["reversed"] = True
            pilot.move(on, -fen(made["amount"]))
        elif kind == "ProjectAssigned":
            pilot.projects.append({**picked(data, "project", "name", "direction"), "owner": data["owner"]["name"],
                                   "assigned": fen(data["amount"]), "paid": 0, "filed_on": None})
            pilot.assigned += fen(data["amount"])
        elif kind == "AssignmentChanged":
            pilot.assigned += fen(data["new_amount"]) - project["assigned"]
            project["assigned"] = fen(data["new_amount"])
        elif kind == "ProjectFiled":
            project["filed_on"] = on
        elif kind == "PaymentRecorded":
            pilot.pay(on, project, fen(data["amount"]))
            if data["payment"] in self.reversed_payments:
                pilot.payments[data["payment"]] = (project, fen(data["amount"]))
        elif kind == "PaymentReversed":
            hold(data["payment"] in pilot.payments, "STATE-01", f"没有可冲正的支付 {data['payment']}", f"there is no payment {data['payment']} to reverse")
            project, amount = pilot.payments.pop(data["payment"])
            pilot.pay(on, project, -amount)
        elif kind == "SelfEvaluationSubmitted":
            pilot.scores[data["evaluation"]] = yuan(parts(data["score"], 2))
        elif kind == "EvaluationRecorded":
            pilot.evaluations.append({**picked(data, "evaluation", "kind", "year", "grade"), "score": yuan(parts(data["score"], 2)),
                                      "self_score": pilot.scores.get(data["self_evaluation"]), "payout_ratio": None})
        elif kind == "PayoutDecided":
            ratio, evaluation = parts(data["ratio"]), one_of(pilot.evaluations, "evaluation", data["evaluation"])
            most = 0 if evaluation["grade"] == "差" else parts((self.rules.get("payout_table") or {}).get(evaluation["grade"], "1"))
            first, r = pilot.first(self.rules, on[:4]), pilot.released()
            hold(ratio <= most and (r * 10**8 <= pilot.limit(first, ratio) or r * 10_000 <= first), "TR-07",
                 f"拨付比例 {data['ratio']} 不合规", f"the ratio {data['ratio']} is not lawful")
            pilot.ratio, evaluation["payout_ratio"] = ratio, yuan(ratio, 4)
        elif kind == "ClawbackOrdered":
            pilot.clawbacks.append({"kind": "clawback", "id": data["clawback"], "on": on, "returned": 0, **picked(data, "amount", "due", "basis")})
            pilot.ordered += fen(data["amount"])
        elif kind == "ClawbackReceived":
            made, amount = one_of(pilot.clawbacks, "id", data["clawback"]), fen(data["amount"])
            made["returned"], pilot.returned = made["returned"] + amount, pilot.returned + amount
            hold(made["returned"] <= fen(made["amount"]), "SAN-03", f"{made['id']} 收回超额", f"more came back than {made['id']} orders")
            if data["source"] == "unspent":
                pilot.unspent += amount
                pilot.move(on, -amount)
        elif kind in ("PilotSuspended", "PilotRevoked", "PilotClosed"):
            pilot.held.add(kind)
        elif kind == "PilotResumed":
            pilot.held.discard("PilotSuspended")
        self.after(pilot, project)

    @staticmethod
    def after(pilot, project):
        """What holds after every event."""
        hold(pilot.assigned <= pilot.allocated, "USE-05", f"已确定 {yuan(pilot.assigned)} 超过定额", f"{yuan(pilot.assigned)} assigned, beyond the allocation")
        hold(pilot.ordered <= pilot.released(), "SAN-03", f"收回决定 {yuan(pilot.ordered)} 超过已下达", f"{yuan(pilot.ordered)} ordered back, beyond what was released")
        if project:
            hold(project["paid"] <= project["assigned"], "USE-05", f"{project['project']} 已支付 {yuan(project['paid'])} 超过额度 {yuan(project['assigned'])}",
                 f"{yuan(project['paid'])} paid for {project['project']} of {yuan(project['assigned'])}")

    def release(self, pilot, on, data):
        year, first = on[:4], pilot.first(self.rules, on[:4])
        r, ry = pilot.released() + fen(data["amount"]), pilot.released(year) + fen(data["amount"])
        share, limit = pilot.allocated * parts(self.rules["first_share"]), pilot.limit(first, pilot.ratio)
        hold(not pilot.held, "TR-08", "试点已暂停、取消或办结", "the pilot is suspended, revoked or closed")
        hold(r <= pilot.allocated, "TR-04", f"合计下达 {yuan(r)} 超过定额 {yuan(pilot.allocated)}", f"{yuan(r)} released of {yuan(pilot.allocated)}")
        hold(year != pilot.year or ry * 10_000 <= share, "TR-01", f"{year} 年合计下达 {yuan(ry)} 超过首期 {yuan(share // 10_000)}",
             f"{yuan(ry)} released in {year}, beyond the first share {yuan(share // 10_000)}")
        hold(r * 10**8 <= limit, "TR-02", f"合计下达 {yuan(r)} 超过可下达上限 {yuan(limit // 10**8)}",
             f"{yuan(r)} released, beyond the limit {yuan(limit // 10**8)}")
        decided = any(one["evaluation"] == data.get("evaluation") and one["payout_ratio"] for one in pilot.evaluations)
        hold(r * 10_000 <= first or decided, "TR-03", "未注明有拨付决定的评价", "it names no evaluation with a payout decision")
        pilot.releases.append({**picked(data, "release", "amount", "document", "budget_year", "evaluation"), "on": on,
                               "reversed": False, "confirmed_on": None})
        pilot.move(on, fen(data["amount"]))


# ---------------------------------------------------------------- 5. figures and exports


def compare(where, found, expected):
    """What is printed may say more than is known here, but nothing else."""
    for key, value in expected.items():
        own = found.get(key)
        if isinstance(value, list) and isinstance(own, list) and len(own) == len(value) and all(isinstance(one, dict) for one in own + value):
            for number, (one, due) in enumerate(zip(own, value), 1):
                compare(f"{where} {key}[{number}]", one, due)
        elif own != value:
            raise Wrong(f"{where} 的 {key} 为 {own},由记录算得 {value}", f"{where}: {key} is {own}, the entries come to {value}")


def printed(sums):
    """Sums as they are printed, with the execution rate: paid of released, to a hundredth of a percent, half up."""
    paid, released = sums.get("paid", 0), sums.get("released", 0)
    rate = yuan((paid * 20_000 + released) // (2 * released), 4) if released > 0 else None
    return {**{key: yuan(value) for key, value in sums.items()}, "execution_rate": rate}


def check_figures(pack, manifest, books, sums, wrong):
    """The printed figures against those of the entries."""
    stand = {**{key: manifest[key] for key in ("ledger", "sandbox", "as_of")}, "position": manifest["size"]}
    in_yuan = lambda list_, *keys: [{**one, **{key: yuan(one[key]) for key in keys}} for one in list_]
    for pilot_id, pilot in sorted(books.pilots.items()):
        name = f"figures/pilots/{pilot_id}.json"
        with telling(wrong, name):
            found = json.loads(pack.whole(name))
            compare(name, found, {**pilot.printed, **stand, "releases": pilot.releases, "evaluations": pilot.evaluations,
                                  "projects": in_yuan(pilot.projects, "assigned", "paid")})
            compare(f"{name} funds", found["funds"], {**printed(sums[pilot_id]), "payout_ratio": yuan(pilot.ratio, 4)})
            ordered = sorted(in_yuan(pilot.clawbacks, "returned"), key=lambda one: one["on"])
            compare(f"{name} sanctions", {"clawbacks": [one for one in found["sanctions"] if one["kind"] == "clawback"]}, {"clawbacks": ordered})
    name = "figures/programme.json"
    with telling(wrong, name):
        if manifest["pilot"] is None:
            found, own = json.loads(pack.whole(name)), list(sums.values())
            compare(name, found, {**stand, "pilots": [{**pilot.printed, **stand} for _, pilot in sorted(books.pilots.items())]})
            compare(f"{name} funds", found["funds"], printed({key: sum(one[key] for one in own) for key in own[0]}) if own else {})
            for one in found["pilots"]:
                compare(f"{name} {one['pilot']} funds", one["funds"], printed(sums[one["pilot"]]))


def compare_sums(name, found, expected):
    for key in sorted(set(found) | set(expected)):
        own, due = found.get(key, 0), expected.get(key, 0)
        if own != due:
            raise Wrong(f"{name} 中 {key} 合计 {yuan(own)},由记录算得 {yuan(due)}", f"{name}: {key} comes to {yuan(own)}, the entries to {yuan(due)}")


def accounts(books, sums):
    """What the accounts of the double-entry books come to."""
    for pilot_id, one in sums.items():
        own = pilot_id.replace("_", "下").replace(".", "点")
        own = own if re.match(r"[A-Z0-9]", own) else "0号" + own
        yield from {
            f"Equity:Budget:{own}:Allocated": -one["allocated"], f"Assets:Budget:{own}:Unassigned": one["unassigned"],
            f"Assets:Budget:{own}:Assigned": one["assigned"], f"Equity:Pilot:{own}:Released": -one["released"],
            f"Expenses:Pilot:{own}:Paid": one["paid"], f"Equity:Pilot:{own}:ReturnedUnspent": books.pilots[pilot_id].unspent,
            f"Assets:Pilot:{own}:Cash": one["balance"], f"Equity:Clawback:{own}:Ordered": -one["clawback_ordered"],
            f"Assets:Clawback:{own}:Outstanding": one["clawback_outstanding"],
            f"Assets:Clawback:{own}:Returned": one["clawback_returned"]}.items()


def check_books(pack, name, expected):
    """A double-entry book: every posting added up."""
    found, posting = defaultdict(int), re.compile(r" +([A-Z][^ ]*:[^ ]*)  (-?\d+\.\d\d) CNY")
    for line in pack.lines(name):
        if match := posting.fullmatch(line.decode("utf-8")):
            found[match[1]] += int(match[2].replace(".", ""))
    compare_sums(name, found, expected)


SUMS = ["allocated", "assigned", "released", "paid", "clawback_ordered", "clawback_returned"]


def check_csv(pack, name, sums):
    found = defaultdict(int)
    rows = csv.reader(line.decode("utf-8-sig") for line in pack.lines(name))
    columns = {head.rpartition(" ")[2]: at for at, head in enumerate(next(rows))}
    for row in rows:
        pilot = row[columns["pilot"]].lstrip("'")
        for key in SUMS:
            found[f"{pilot} {key}"] += int(row[columns[key]].replace(".", "") or 0)
        found[f"{pilot} balance"] = int(row[columns["balance"]].replace(".", ""))
    compare_sums(name, found, {f"{pilot} {key}": one[key] for pilot, one in sums.items() for key in SUMS + ["balance"]})


def check_cloudevents(pack, name, ledger):
    """Each line is an envelope around an entry, byte for byte, in the same order."""
    events = pack.lines(name)
    for entry in pack.lines("entries.jsonl"):
        said = DECODER.decode(entry.decode("utf-8"))
        due = {"datacontenttype": "application/json", "id": f"{ledger}/{said['position']}", "source": None, "specversion": "1.0",
               "subject": said["stream"], "time": said["recorded_at"], "type": f"tranche.{said['type']}"}
        line, end = next(events, b""), b',"data":' + entry + b"}"
        if not line.endswith(end):
            raise Wrong(f"{name} 中没有第 {said['position']} 条的原样字节", f"{name} has not the very bytes of position {said['position']}")
        compare(f"{name} {said['position']}", json.loads(line[:-len(end)] + b"}"), {key: value for key, value in due.items() if value})
    if next(events, None) is not None:
        raise Wrong(f"{name} 多出事件", f"{name} has more events than there are entries")


def check_ocds(pack, name, ledger, sums):
    """A release a line: values as last said, transactions added up."""
    values, found, around = {}, {f"{pilot} {key}": 0 for pilot in sums for key in SUMS}, b""
    kinds = {"allocation": "allocated", "project": "assigned", "clawback": "clawback_ordered", "release": "released",
             "payment": "paid", "receipt": "clawback_returned"}
    for line in pack.lines(name):
        if not line.startswith(b'{"ocid"'):
            around += line
            continue
        made = json.loads(line.rstrip(b","), parse_float=Decimal)
        pilot = made["ocid"][len(f"tranche-{ledger}-"):]
        for contract in made.get("contracts", []):
            if "value" in contract:
                values[pilot, contract["id"]] = int(contract["value"]["amount"] * 100)
            for moved in contract.get("implementation", {}).get("transactions", []):
                found[f"{pilot} {kinds[re.split('[:-]', moved['id'])[0]]}"] += int(moved["value"]["amount"] * 100)
    for (pilot, contract), value in values.items():
        found[f"{pilot} {kinds[re.split('[:-]', contract)[0]]}"] += value
    compare(name, json.loads(around), {"version": "1.1", "releases": []})
    compare_sums(name, found, {f"{pilot} {key}": one[key] for pilot, one in sums.items() for key in SUMS})


# ---------------------------------------------------------------- all together


def altered_lines(pack, manifest):
    """Of entries that are not the manifest's: the positions whose hashes the tiles do not have."""
    altered, at = [], 0
    for at, line in enumerate(pack.lines("entries.jsonl"), 1):
        index, place = divmod(at - 1, 256)
        if at <= manifest["size"]:
            tile = pack.whole(tile_name(0, index, min(256, manifest["size"] - index * 256)))
            if tile[place * 32:place * 32 + 32] != leaf_hash(line):
                altered.append(at)
    # Where there are more or fewer lines, all after the first that is wrong are in other places.
    return altered if at == manifest["entries"] else altered[:1] or [at + 1]


LISTS = {"ProgrammeOpened": "rules/opening.json", "ProgrammeAmended": "rules/amendments.jsonl", "DocumentAttached": "attachments.jsonl"}


class Pass:
    """One pass over the entries: form, order, tree, tiles, rules."""

    def __init__(self, pack, manifest, listed, sizes):
        self.pack, self.manifest, self.listed, self.sizes = pack, manifest, listed, sizes
        self.order, self.tree, self.tiles, self.roots = Order(manifest), Tree(), Tiles(), {}
        self.books = Books({DECODER.decode(line.decode("utf-8"))["data"]["payment"] for line in pack.lines("entries.jsonl")
                            if b'"type":"PaymentReversed"' in line})
        self.said, self.seen, self.false_tiles = {name: [] for name in LISTS.values()}, set(), []

    def run(self, wrong):
        manifest, whole = self.manifest, self.manifest["pilot"] is None
        for line in self.pack.lines("entries.jsonl"):
            with telling(wrong, f"第 {self.order.position + 1} 条 position {self.order.position + 1}"):
                self.entry(line)
            leaf = leaf_hash(line)
            self.tree.push(leaf)
            if whole:
                self.hold_tiles(self.tiles.push(leaf))
                if self.tree.size in self.sizes:
                    self.roots[self.tree.size] = self.tree.root()
            else:
                with telling(wrong, f"position {self.order.position}"):
                    self.inclusion(self.order.position, leaf)
        self.hold_tiles(self.tiles.rest())
        size, root = self.tree.size, self.tree.root().hex()
        if size != manifest["entries"]:
            wrong(Wrong(f"清单称有 {manifest['entries']} 条,实有 {size} 条", f"{size} entries where the manifest has {manifest['entries']}"))
        sound = not whole or (size, root) == (manifest["size"], manifest["root"])
        for name, position in self.false_tiles:
            if sound:
                wrong(Wrong(f"{name} 被改动:与各条记录算得的哈希不符", f"{name} is altered: its hashes are not those of the entries"))
            elif position:
                wrong(Wrong(f"第 {position} 条被改动:与分片 {name} 中的哈希不符", f"position {position} is altered: its hash is not the one in {name}"))
        if not sound:
            wrong(Wrong(f"{size} 条记录的根为 {root},清单为 {manifest['root']}", f"{size} entries have the root {root}, the manifest says {manifest['root']}"))
        for name in sorted(name for name in self.listed if name.startswith(("tile/", "proofs/inclusion/")) and name not in self.seen):
            wrong(Wrong(f"{name} 不属于任何记录", f"{name} is of no entry in the pack"))
        return sound

    def entry(self, line):
        number = self.order.position + 1
        entry = canonical(line, f"第 {number} 条 position {number}")
        try:
            number = entry.get("position", number)
            self.order.check(entry)
            self.books.post(entry)
        except Wrong as error:
            zh, _, en = str(error).partition(" · ")
            raise Wrong(f"第 {number} 条:{zh}", f"position {number}: {en}")
        if entry["type"] in LISTS:
            self.said[LISTS[entry["type"]]].append({key: entry[key] for key in ("data", "on", "position")})

    def hold_tiles(self, cut):
        for level, index, hashes in cut if self.manifest["pilot"] is None else ():
            name = tile_name(level, index, len(hashes))
            self.seen.add(name)
            found = self.pack.whole(name) if name in self.listed else b""
            if found != b"".join(hashes):
                at = next((n for n, one in enumerate(hashes) if found[n * 32:n * 32 + 32] != one), 0)
                self.false_tiles.append((name, None if level else index * 256 + at + 1))

    def inclusion(self, position, leaf):
        name = f"proofs/inclusion/{position:012}.tlog-proof"
        self.seen.add(name)
        if name not in self.listed:
            raise Wrong(f"第 {position} 条没有证明", f"position {position} has no proof")
        magic, index, *path = self.pack.whole(name).decode("utf-8").partition("\n\n")[0].split("\n")
        if magic != "c2sp.org/tlog-proof@v1" or index != f"index {position - 1}":
            raise Wrong(f"{name} 不是第 {position} 条的证明", f"{name} is no proof for position {position}")
        root = included(position - 1, self.manifest["size"], leaf, [unbase64(one, 32) for one in path])
        if not root or root.hex() != self.manifest["root"]:
            raise Wrong(f"第 {position} 条或其证明 {name} 被改动:推不出台账的根", f"position {position} or its proof {name} is altered: it does not lead to the root")


def check_checkpoint(pack, manifest, name, note, roots):
    """That the checkpoint is of this history: by the entries where they are there, and by its proof."""
    size, root = manifest["size"], bytes.fromhex(manifest["root"])
    if note.root != {**roots, size: root}.get(note.size, note.root):
        raise Wrong(f"{name} 不是本台账的检查点:前 {note.size} 条的根不同,历史被改动或属于另一台账({note.origin})",
                    f"{name} is no checkpoint of this ledger: over {note.size} entries the roots differ; the history was altered, "
                    f"or it is of another ledger ({note.origin})")
    proof = name.replace("checkpoints/", "proofs/consistency/")
    old, *path = pack.whole(proof).decode("utf-8").partition("\n\n")[0].split("\n")
    (old_size, old_root), (new_size, new_root) = sorted([(note.size, note.root), (size, root)], key=lambda one: one[0])
    if old != f"old {old_size}" or not consistent(old_size, old_root, new_size, new_root, [unbase64(one, 32) for one in path if one]):
        raise Wrong(f"{proof} 不能证明 {name} 与本包是同一部历史", f"{proof} does not prove that {name} and the pack are of one history")


def check_signatures(notes, keys, wrong):
    for key in keys:
        spoken, signed = [], []
        for name, note in notes.items():
            with telling(spoken.append, name):
                signed += [(note.size, name)] if note.signed_by(key, name) else []
        for error in spoken:
            wrong(error)
        if signed and not spoken:
            size, name = max(signed)
            say(f"{key.name} 已签至第 {size} 条({name})", f"{key.name} signed up to position {size} ({name})")
        elif not spoken:
            wrong(Wrong(f"没有公钥 {key.name} 的有效签名:检查点不是它签的,或公钥不对",
                        f"no checkpoint bears a valid signature by {key.name}: it did not sign, or the key is wrong"))
    if not keys:
        say("未给公钥:只核验各件一致,未核验签名", "no key given: the parts are held against each other, no signature is checked")


def check_content(pack, manifest, listed, keys, wrong):
    notes, found = {}, []
    tell = lambda error: (found.append(error), wrong(error))
    for name in sorted(name for name in listed if name.startswith("checkpoints/")):
        with telling(wrong, name):
            notes[name] = Note(pack.whole(name), name)
    run = Pass(pack, manifest, listed, {note.size for note in notes.values()})
    sound = run.run(tell)
    check_signatures(notes, keys, tell)
    for name, note in notes.items():
        with telling(tell, name):
            check_checkpoint(pack, manifest, name, note, run.roots if sound else {})
    if not sound or any("position" in str(error) for error in found):
        return  # What rests on entries that are wrong is not judged.
    sums = {pilot_id: pilot.figures(run.books.rules, manifest["as_of"]) for pilot_id, pilot in run.books.pilots.items()}
    check_figures(pack, manifest, run.books, sums, wrong)
    expected = dict(accounts(run.books, sums))
    for name, check in {"exports/books.beancount": lambda name: check_books(pack, name, expected),
                        "exports/books.journal": lambda name: check_books(pack, name, expected),
                        "exports/movements.csv": lambda name: check_csv(pack, name, sums),
                        "exports/cloudevents.jsonl": lambda name: check_cloudevents(pack, name, manifest["ledger"]),
                        "exports/ocds.json": lambda name: check_ocds(pack, name, manifest["ledger"], sums)}.items():
        with telling(wrong, name):
            check(name)
    for name, said in run.said.items():
        with telling(wrong, name):
            if name in listed and [json.loads(line) for line in pack.lines(name)] != said:
                raise Wrong(f"{name} 与记录不符", f"{name} is not what the entries say")


def verify(pack, keys, wrong):
    """Everything, as far as it makes sense to go."""
    before = []

    def tell(error):
        if isinstance(error, Missing) and pack.seal() == "broken":
            zh, _, en = str(error).partition(" · ")
            error = Wrong(f"压缩包的目录被改动:{zh}", f"the zip file's directory is altered: {en}")
        before.append(error)
        wrong(error)

    with telling(tell, "manifest.json"):
        manifest = read_manifest(pack)
        listed = check_files(pack, manifest, tell)
        if not before:
            pack.check_frame()
    if before:
        if len(before) == 1 and str(before[0]).startswith("entries.jsonl ") and manifest["pilot"] is None:
            with telling(wrong, "entries.jsonl"):
                for position in altered_lines(pack, manifest):
                    wrong(Wrong(f"entries.jsonl 中第 {position} 条与分片中的哈希不符", f"position {position} in entries.jsonl is not what the tiles say"))
        return
    say(f"台账 {manifest['ledger']},{manifest['size']} 条,包内 {manifest['entries']} 条,根 {manifest['root']}",
        f"ledger {manifest['ledger']}, {manifest['size']} entries, {manifest['entries']} of them here, root {manifest['root']}")
    say(f"清单 SHA-256 {hashlib.sha256(pack.whole('manifest.json')).hexdigest()}", "of manifest.json")
    say("未重算:预警、状态名称、规则文字、导出中合计以外的文字,只由清单摘要担保(由台账重做比对:tranche pack --check)",
        "NOT recomputed: alerts, states, the rulebook's words, texts beside the sums of exports: under the manifest's digests only")
    check_content(pack, manifest, listed, keys, wrong)


def main():
    parser = argparse.ArgumentParser(description="核验审计证据包 · verifies an evidence pack")
    parser.add_argument("pack", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="zip 或文件夹 · zip or folder")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="公钥,可多次 · a public key; may stand again")
    options, faults = parser.parse_args(), []

    def wrong(error):
        faults.append(error)
        print(f"✗ {error}")

    print(options.pack)
    with telling(wrong, options.pack):
        try:
            keys = [Key(key) for key in options.key]
            verify(Pack(options.pack, None if os.path.isdir(options.pack) else open(options.pack, "rb")), keys, wrong)
        except OSError as error:
            wrong(Wrong(f"无法读取:{error}", f"cannot be read: {error}"))
    print(f"不符:{len(faults)} 处 · {len(faults)} things do not agree" if faults else "✓ 全部相符 · all agrees")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
