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
Alerts, names of states and the rulebook's words are as the ledger printed them: they are under the manifest's digests only.
Exit status 0: all agrees. 1: something does not.
"""
import argparse, base64, calendar, csv, datetime, hashlib, io, json, mmap, os, re, shutil, struct, subprocess, sys
import tempfile, zlib
from collections import defaultdict
from decimal import Decimal

FORMAT = "tranche-pack/1"


class Wrong(Exception):
    """Something that does not agree, in Chinese and English."""

    def __init__(self, zh, en):
        super().__init__(f"{zh} · {en}")


# ---------------------------------------------------------------- 1. container and manifest


class Folder:
    """A pack that was unpacked."""

    def __init__(self, path):
        self.path = path

    def names(self):
        for at, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in files:
                yield os.path.relpath(os.path.join(at, name), self.path).replace(os.sep, "/")

    def read(self, name):
        """The file's bytes, piece by piece."""
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                while piece := file.read(1 << 20):
                    yield piece
        except OSError as error:
            raise Wrong(f"{name} 无法读取:{error}", f"{name} cannot be read: {error}")

    def check_frame(self, manifest):
        """A folder has nothing around its files."""


class Zip:
    """A pack as the zip file it came as. Every byte of its headers must be the one that packs have."""

    LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"

    def __init__(self, data):
        self.data, self.members = data, {}
        end = data.rfind(self.END, max(0, len(data) - 22))
        if end < 0:
            raise Wrong("压缩包末尾被截断或改动", "the end of the zip file is cut off or altered")
        count, size, start = struct.unpack("<10xHII2x", data[end:])[0:3]
        if 0xFFFF == count or 0xFFFFFFFF in (size, start):
            end64 = end - 76  # the zip64 record (56 bytes) and its locator (20)
            count, size, start = struct.unpack("<32xQQQ", data[end64:end64 + 56])
        else:
            end64 = end
        expected = struct.pack("<4s4HII", self.END, 0, 0, min(count, 0xFFFF), min(count, 0xFFFF),
                               min(size, 0xFFFFFFFF), min(start, 0xFFFFFFFF)) + b"\0\0"
        if data[end:] != expected or start + size != end64:
            raise Wrong("压缩包末尾被改动", "the end of the zip file is altered")
        if end64 != end:
            record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, *struct.unpack("<HH", data[end64 + 12:end64 + 16]), 0, 0,
                                 count, count, size, start) + struct.pack("<4sIQI", b"PK\6\7", 0, end64, 1)
            if data[end64:end] != record:
                raise Wrong("压缩包末尾被改动", "the end of the zip file is altered")
        at, offset = start, 0
        for _ in range(count):
            at, offset = self.member(at, offset)
        if at != end64 or offset != start:
            raise Wrong("压缩包目录与内容不衔接", "the zip file's directory does not follow its content")

    def member(self, at, offset):
        """Reads one entry of the directory, and holds the file's own header against it."""
        fields = struct.unpack("<6H3I5H2I", self.data[at + 4:at + 46])
        (made, needed, flags, method, time, date, crc, packed, size, name_len, extra_len, comment, disk, internal, external,
         found) = fields
        raw, extra = self.data[at + 46:at + 46 + name_len], self.data[at + 46 + name_len:at + 46 + name_len + extra_len]
        name = raw.decode("ascii", "replace")
        wrong = Wrong(f"压缩包目录中 {name} 一项被改动", f"the zip file's directory entry of {name} is altered")
        wide = [value for value in (size, packed, found) if value == 0xFFFFFFFF]
        if wide:
            if len(extra) != 4 + 8 * len(wide) or extra[:4] != struct.pack("<HH", 1, 8 * len(wide)):
                raise wrong
            values = iter(struct.unpack(f"<{len(wide)}Q", extra[4:]))
            size, packed, found = (next(values) if value == 0xFFFFFFFF else value for value in (size, packed, found))
        stored = name in ("manifest.json", "manifest.sha256")
        grows = name == "entries.jsonl" or name.startswith("exports/")
        local_extra = struct.pack("<HHQQ", 1, 16, 0, 0) if grows else b""
        here, seen = offset + 30 + name_len + len(local_extra), self.data[offset:offset + 30 + name_len + len(local_extra)]
        plain = 45 if grows else 10 if stored else 20
        constants = (made == 0x300 + needed, needed == (45 if wide else plain), flags == 8, method == (0 if stored else 8),
                     time == 0, date == 0x21, comment == 0, disk == 0, internal == 0, external == 0o100644 << 16,
                     found == offset, self.data[at:at + 4] == self.CENTRAL, wide or not extra)
        if not all(constants) or not re.fullmatch(rb"[A-Za-z0-9_.\-/]+", raw) or name in self.members:
            raise wrong
        # The sizes were not known yet when the header was written: they come after the content.
        header = struct.pack("<4s5H3I2H", self.LOCAL, plain, flags, method, time, date, 0, 0, 0, name_len,
                             len(local_extra)) + raw + local_extra
        after = struct.pack("<4sIQQ" if grows else "<4sIII", b"PK\7\x08", crc, packed, size)
        end = here + packed + len(after)
        if seen != header or self.data[here + packed:end] != after:
            raise Wrong(f"压缩包中 {name} 的文件头被改动", f"the header of {name} in the zip file is altered")
        self.members[name] = (here, packed, size, crc, stored)
        return at + 46 + name_len + extra_len, end

    def names(self):
        return iter(self.members)

    def read(self, name):
        if name not in self.members:
            raise Wrong(f"缺少 {name}", f"{name} is missing")
        start, packed, size, crc, stored = self.members[name]
        wrong = Wrong(f"{name} 被改动:压缩内容已损坏", f"{name} is altered: its compressed content is damaged")
        inflate, found, seen = zlib.decompressobj(-15), 0, 0
        for at in range(start, start + packed, 1 << 20):
            piece = self.data[at:min(at + (1 << 20), start + packed)]
            try:
                piece = piece if stored else inflate.decompress(piece)
            except zlib.error:
                raise wrong
            found, seen = zlib.crc32(piece, found), seen + len(piece)
            yield piece
        if (found, seen) != (crc, size) or not (stored or inflate.eof) or inflate.unused_data:
            raise wrong

    def check_frame(self, manifest):
        """What no file speaks for: header bits, and the last bits of compressed files."""
        container = manifest["container"]
        if container["bytes"] != self.members["manifest.json"][0]:
            raise Wrong("清单所记压缩包长度不符", "the manifest gives another length of the zip file before it")
        if digest(self.data[at:min(at + (1 << 20), container["bytes"])]
                  for at in range(0, container["bytes"], 1 << 20)) != container["sha256"]:
            raise Wrong("压缩包中文件以外的字节被改动(各文件内容未变)",
                        "bytes of the zip file between its files are altered (the files' content is not)")


def digest(pieces):
    sha = hashlib.sha256()
    for piece in pieces:
        sha.update(piece)
    return sha.hexdigest()


def whole(pack, name):
    return b"".join(pack.read(name))


def lines(pack, name):
    """The lines of a file, without reading it whole. Each must have its end."""
    rest = b""
    for piece in pack.read(name):
        *full, rest = (rest + piece).split(b"\n")
        yield from full
    if rest:
        raise Wrong(f"{name} 最后一行不完整", f"the last line of {name} is cut off")


def read_manifest(pack):
    """The manifest, which its own digest and its form speak for."""
    data, sums = whole(pack, "manifest.json"), whole(pack, "manifest.sha256")
    if sums != f"{hashlib.sha256(data).hexdigest()}  manifest.json\n".encode():
        raise Wrong("manifest.json 与 manifest.sha256 不符:二者之一被改动",
                    "manifest.json and manifest.sha256 do not agree: one of them is altered")
    manifest = canonical(data, "manifest.json")
    if manifest.get("format") != FORMAT:
        raise Wrong(f"清单格式不是 {FORMAT}", f"the manifest's format is not {FORMAT}")
    return manifest


def check_files(pack, manifest, wrong):
    """The manifest both ways: what is missing, what is too much, what is altered. Gives the names that are in order."""
    listed = {file["path"]: file for file in manifest["files"]}
    if len(listed) != len(manifest["files"]):
        wrong(Wrong("清单中有重名文件", "the manifest lists a file twice"))
    present = set(pack.names())
    for name in sorted(listed.keys() - present):
        wrong(Wrong(f"缺少 {name}", f"{name} is missing"))
    for name in sorted(present - listed.keys() - {"manifest.json", "manifest.sha256"}):
        wrong(Wrong(f"多出 {name}:清单中没有", f"{name} is not in the manifest"))
    for name in sorted(listed.keys() & present):
        try:
            size, sha = 0, hashlib.sha256()
            for piece in pack.read(name):
                size += len(piece)
                sha.update(piece)
            if (size, sha.hexdigest()) != (listed[name]["size"], listed[name]["sha256"]):
                raise Wrong(f"{name} 被改动:与清单中的摘要不符", f"{name} is altered: its digest is not the manifest's")
        except Wrong as error:
            wrong(error)
    return set(listed)


# ---------------------------------------------------------------- 2. entries


def refuse_number(text):
    raise ValueError(f"a number that is no integer: {text}")


def small_integer(text):
    if abs(int(text)) > 2**53:
        raise ValueError(f"an integer beyond 2^53: {text}")
    return int(text)


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
        self.partial = manifest["pilot"] is not None

    def check(self, entry):
        for key, kind in ENTRY.items():
            if type(entry.get(key)) is not kind:
                raise Wrong(f"缺少或错误的字段 {key}", f"the field {key} is missing or wrong")
        position, stream, at = entry["position"], entry["stream"], entry["recorded_at"]
        due, self.position = self.position + 1, position
        if position < due or (position > due and not self.partial) or position > self.manifest["size"]:
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
        if not (position == 1 and entry["data"].get("sandbox") is True):
            self.time = at
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", entry["on"]):
            raise Wrong(f"业务日期 {entry['on']} 有误", f"{entry['on']} is no date")


# ---------------------------------------------------------------- 3. the tree, and who signed it


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The right edge of a tree that grows (RFC 6962)."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        at = self.size
        while at & 1:
            leaf, at = node_hash(self.peaks.pop(), leaf), at >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.push(leaf)
    return tree.root()


def follows(index, size, leaf, path):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); none where the proof has a wrong length."""
    last, root = size - 1, leaf
    if index > last:
        return None
    for beside in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            root = node_hash(beside, root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        index, last = index >> 1, last >> 1
    return root if last == 0 else None


def consistent(old, old_root, new, new_root, path):
    """Whether the tree of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4.2)."""
    if old in (0, new):
        return not path and (old_root == new_root if old else old_root == hashlib.sha256().digest())
    path = ([] if old & (old - 1) else [old_root]) + path
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not path:
        return False
    first = second = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(beside, first), node_hash(beside, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


def tile_name(level, index, width):
    """The path of a tile (C2SP tlog-tiles)."""
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width < 256 else "")


class Tiles:
    """Cuts a tree into tiles as it grows, and gives each with its name when it is full."""

    def __init__(self):
        self.levels = []

    def push(self, leaf, level=0):
        if level == len(self.levels):
            self.levels.append([0, []])
        under_way = self.levels[level]
        under_way[1].append(leaf)
        if len(under_way[1]) == 256:
            index, hashes = under_way
            self.levels[level] = [index + 1, []]
            yield tile_name(level, index, 256), index, hashes
            yield from self.push(root_of(hashes), level + 1)

    def rest(self):
        for level, (index, hashes) in enumerate(self.levels):
            if hashes:
                yield tile_name(level, index, len(hashes)), index, hashes


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
            text = data.decode("utf-8")
            self.text, _, signatures = text.rpartition("\n\n")
            if not signatures.endswith("\n") or not self.text:
                raise ValueError("no signatures")
            self.text += "\n"
            self.signatures = [self.signature(line) for line in signatures[:-1].split("\n")]
            self.origin, size, root = self.text.split("\n")[:3]
            self.size, self.root = small_integer(size), unbase64(root, 32)
            if str(self.size) != size or not self.origin:
                raise ValueError("no size")
        except ValueError:
            raise Wrong(f"{where} 不是检查点:残缺、被截断或格式不符", f"{where} is no checkpoint: cut off, or in another form")

    @staticmethod
    def signature(line):
        dash, name, signature = line.split(" ")
        if dash != "—":
            raise ValueError(line)
        data = unbase64(signature)
        return name, data[:4], data[4:]

    def signed_by(self, key, where):
        """Whether the key signed it; wrong where a signature in its name is not its own."""
        own = [made for name, ident, made in self.signatures if (name, ident) == (key.name, key.id)]
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
    except ImportError:
        return ed25519_openssl(key, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def ed25519_openssl(key, signature, message):
    openssl = shutil.which("openssl")
    if not openssl:
        raise Wrong("签名未核验:没有 Python 包 cryptography,也没有 openssl 命令,请装其一",
                    "signatures are NOT checked: install the Python package cryptography or the command openssl")
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": bytes.fromhex("302a300506032b6570032100") + key, "signature": signature, "message": message}
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        command = [openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "message",
                   "-sigfile", "signature"]
        return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


# ---------------------------------------------------------------- 4. the rules about sums


def fen(text):
    if not re.fullmatch(r"(0|[1-9]\d{0,12})\.\d\d", str(text)):
        raise Wrong(f"{text} 不是金额", f"{text} is no sum")
    return int(text[:-3]) * 100 + int(text[-2:])


def yuan(sum_):
    return f"{'-' if sum_ < 0 else ''}{abs(sum_) // 100}.{abs(sum_) % 100:02}"


def parts(ratio, digits=4):
    """A decimal, in ten-thousandths (or other parts)."""
    left, _, right = ratio.partition(".")
    return int(left + right.ljust(digits, "0"))


class Pilot:
    """What the entries of a pilot come to, in fen."""

    def __init__(self, entry, application, areas):
        lead = areas[application["lead"]]
        self.members, self.city, self.cohort = application["members"], lead["city"], application["cohort"]
        self.name = lead["name"] + (f"等{len(self.members)}地" if len(self.members) > 1 else "")
        national = lead["kind"] == "zone" and lead.get("level") == "national"
        self.cap_kind = "joint" if len(self.members) > 1 else "national_zone" if national else "other"
        self.year, self.allocated, self.ratio = entry["on"][:4], None, 0
        self.releases, self.projects, self.clawbacks, self.scores, self.evaluations = [], [], [], {}, []
        self.paid = self.assigned = self.returned = self.unspent = 0
        self.days, self.kept = defaultdict(int), {}
        self.suspended = self.revoked = self.closed = False

    def released(self, year=None):
        return sum(fen(made["amount"]) for made in self.releases if not made["reversed"] and made["on"].startswith(year or ""))

    def ordered(self):
        return sum(fen(order["amount"]) for order in self.clawbacks)

    def first(self, rules, year):
        """What waits for no decision, in ten-thousandths of a fen."""
        if rules["gate"] == "remainder_after_year" and year > self.year:
            return self.released(self.year) * 10_000
        return (self.allocated or 0) * parts(rules["first_share"])

    def limit(self, first, ratio):
        """F + U(A - F), in hundred-millionths of a fen."""
        return first * 10_000 + ratio * ((self.allocated or 0) * 10_000 - first)

    def move(self, on, change):
        self.days[on] += change

    def project(self, code):
        return next((one for one in reversed(self.projects) if one["project"] == code), None)

    def figures(self, rules, as_of):
        a, r, ry = self.allocated or 0, self.released(), self.released(self.year)
        limit = self.limit(self.first(rules, as_of[:4]), self.ratio) // 10**8
        share = a * parts(rules["first_share"]) // 10_000
        room = min(a - r, limit - r, *([share - ry] if as_of[:4] == self.year else []))
        held = self.suspended or self.revoked or self.closed
        ordered = self.ordered()
        sums = {"cap": fen(rules["cap"][self.cap_kind]), "allocated": a, "first_share_limit": share, "released": r,
                "released_in_recognition_year": ry, "release_limit": limit, "releasable": 0 if held else max(room, 0),
                "withheld": a - max(r, limit), "assigned": self.assigned, "unassigned": a - self.assigned, "paid": self.paid,
                "balance": r - self.paid - self.unspent, "clawback_ordered": ordered, "clawback_returned": self.returned,
                "clawback_outstanding": ordered - self.returned}
        return sums


def rate(sums):
    paid, released = sums["paid"], sums["released"]
    part = (paid * 20_000 + released) // (2 * released) if released > 0 else 0
    return f"{part // 10_000}.{part % 10_000:04}" if released > 0 else None


class Books:
    """All pilots, judged entry by entry under the rules in force when each was recorded."""

    def __init__(self, reversed_payments):
        self.rules, self.areas, self.applications, self.pilots = {}, {}, {}, {}
        self.reversed_payments = reversed_payments

    def post(self, entry):
        kind, data = entry["type"], entry["data"]
        if kind == "ProgrammeOpened":
            self.rules, self.areas = data["rules"], {area["code"]: area for area in data["areas"]}
        elif kind == "ProgrammeAmended":
            for name, value in data["changes"].items():
                *path, last = name.split(".", 1)
                target = self.rules.setdefault(path[0], {}) if path else self.rules
                target[last] = value
        elif kind == "AreaRegistered":
            self.areas[data["area"]] = data
        elif kind == "ApplicationSubmitted":
            self.applications[data["application"]] = data
        elif kind == "PilotRecognised":
            if data["application"] not in self.applications:
                raise Wrong(f"申报 {data['application']} 不在包内", f"the application {data['application']} is not in the pack")
            self.pilots[data["pilot"]] = Pilot(entry, self.applications[data["application"]], self.areas)
        else:
            pilot = self.pilots.get(data.get("pilot"))
            act = ACTS.get(kind)
            if act and pilot:
                act(self, pilot, entry["on"], data)
                self.hold(pilot)

    @staticmethod
    def hold(pilot):
        """What holds at any time. The balance is held on every business date by the acts that move it."""
        if pilot.assigned > (pilot.allocated or 0):
            broken("USE-05", f"已确定 {yuan(pilot.assigned)} 超过定额", f"{yuan(pilot.assigned)} assigned, beyond the allocation")

    def allocate(self, pilot, on, data):
        amount = fen(data.get("amount") or data["new_amount"])
        cap = fen(self.rules["cap"][pilot.cap_kind])
        rule = {"national_zone": "CAP-01", "other": "CAP-02", "joint": "CAP-03"}[pilot.cap_kind]
        if amount > cap:
            broken(rule, f"定额 {yuan(amount)} 超过上限 {yuan(cap)}", f"{yuan(amount)} is over the cap {yuan(cap)}")
        if amount < pilot.released() - pilot.returned:
            broken("CAP-04", f"定额 {yuan(amount)} 小于已下达净额", f"{yuan(amount)} is less than what is out")
        pilot.allocated = amount

    def release(self, pilot, on, data):
        x, r, a, year = fen(data["amount"]), pilot.released(), pilot.allocated or 0, on[:4]
        if pilot.suspended or pilot.revoked or pilot.closed:
            broken("TR-08", "试点已暂停、取消或办结", "the pilot is suspended, revoked or closed")
        if r + x > a:
            broken("TR-04", f"合计下达 {yuan(r + x)} 超过定额 {yuan(a)}", f"{yuan(r + x)} released of {yuan(a)}")
        share = a * parts(self.rules["first_share"])
        if year == pilot.year and (pilot.released(year) + x) * 10_000 > share:
            broken("TR-01", f"{year} 年合计下达 {yuan(pilot.released(year) + x)} 超过首期 {yuan(share // 10_000)}",
                   f"{yuan(pilot.released(year) + x)} released in {year}, beyond the first share {yuan(share // 10_000)}")
        first = pilot.first(self.rules, year)
        limit = pilot.limit(first, pilot.ratio)
        if (r + x) * 10**8 > limit:
            broken("TR-02", f"合计下达 {yuan(r + x)} 超过可下达上限 {yuan(limit // 10**8)}",
                   f"{yuan(r + x)} released, beyond the limit {yuan(limit // 10**8)}")
        decided = any(one["evaluation"] == data.get("evaluation") and one["payout_ratio"] for one in pilot.evaluations)
        if (r + x) * 10_000 > first and not decided:
            broken("TR-03", "未注明有拨付决定的评价", "it names no evaluation with a payout decision")
        pilot.releases.append({"release": data["release"], "on": on, "amount": data["amount"], "document": data["document"],
                               "budget_year": data["budget_year"], "evaluation": data.get("evaluation"), "reversed": False,
                               "confirmed_on": None})
        pilot.move(on, x)

    def confirm(self, pilot, on, data):
        one_of(pilot.releases, "release", data["release"])["confirmed_on"] = on

    def reverse_release(self, pilot, on, data):
        made = one_of(pilot.releases, "release", data["release"])
        made["reversed"] = True
        pilot.move(on, -fen(made["amount"]))
        self.balance(pilot)
        if pilot.ordered() > pilot.released():
            broken("SAN-03", "收回决定超过已下达", "more is ordered back than remains released")

    @staticmethod
    def balance(pilot):
        balance = 0
        for day in sorted(pilot.days):
            balance += pilot.days[day]
            if balance < 0:
                broken("USE-05", f"{day} 资金余额为 {yuan(balance)}", f"the balance is {yuan(balance)} on {day}")

    def assign(self, pilot, on, data):
        pilot.projects.append({"project": data["project"], "name": data["name"], "owner": data["owner"]["name"],
                               "direction": data["direction"], "assigned": fen(data["amount"]), "paid": 0, "filed_on": None})
        pilot.assigned += fen(data["amount"])

    def reassign(self, pilot, on, data):
        project = one_of(pilot.projects, "project", data["project"])
        amount = fen(data["new_amount"])
        if amount < project["paid"]:
            broken("USE-05", f"调整后额度小于已支付 {yuan(project['paid'])}", f"less than the {yuan(project['paid'])} paid")
        pilot.assigned += amount - project["assigned"]
        project["assigned"] = amount

    def file(self, pilot, on, data):
        one_of(pilot.projects, "project", data["project"])["filed_on"] = on

    def pay(self, pilot, on, data):
        project, amount = one_of(pilot.projects, "project", data["project"]), fen(data["amount"])
        project["paid"] += amount
        if project["paid"] > project["assigned"]:
            broken("USE-05", f"{data['project']} 已支付 {yuan(project['paid'])} 超过额度 {yuan(project['assigned'])}",
                   f"{yuan(project['paid'])} paid for {data['project']} of {yuan(project['assigned'])}")
        if data["payment"] in self.reversed_payments:
            pilot.kept[data["payment"]] = (project, amount)
        pilot.paid += amount
        pilot.move(on, -amount)
        self.balance(pilot)

    def reverse_payment(self, pilot, on, data):
        if data["payment"] not in pilot.kept:
            broken("STATE-01", f"没有可冲正的支付 {data['payment']}", f"there is no payment {data['payment']} to reverse")
        project, amount = pilot.kept.pop(data["payment"])
        project["paid"] -= amount
        pilot.paid -= amount
        pilot.move(on, amount)

    def self_evaluate(self, pilot, on, data):
        pilot.scores[data["evaluation"]] = fixed(data["score"])

    def evaluate(self, pilot, on, data):
        pilot.evaluations.append({"evaluation": data["evaluation"], "kind": data["kind"], "year": data["year"],
                                  "score": fixed(data["score"]), "grade": data["grade"],
                                  "self_score": pilot.scores.get(data["self_evaluation"]), "payout_ratio": None})

    def decide(self, pilot, on, data):
        ratio = parts(data["ratio"])
        evaluation = one_of(pilot.evaluations, "evaluation", data["evaluation"])
        table = self.rules.get("payout_table") or {}
        most = 0 if evaluation["grade"] == "差" else parts(table.get(evaluation["grade"], "1"))
        first, r = pilot.first(self.rules, on[:4]), pilot.released()
        if ratio > most or (r * 10**8 > pilot.limit(first, ratio) and r * 10_000 > first):
            broken("TR-07", f"拨付比例 {data['ratio']} 不合规", f"the ratio {data['ratio']} is not lawful")
        pilot.ratio, evaluation["payout_ratio"] = ratio, f"{ratio // 10_000}.{ratio % 10_000:04}"

    def order(self, pilot, on, data):
        pilot.clawbacks.append({"kind": "clawback", "id": data["clawback"], "on": on, "amount": data["amount"], "returned": 0,
                                "due": data["due"], "basis": data["basis"]})
        if pilot.ordered() > pilot.released():
            broken("SAN-03", f"收回决定 {yuan(pilot.ordered())} 超过已下达", f"{yuan(pilot.ordered())} ordered back, beyond what was released")

    def receive(self, pilot, on, data):
        order, amount = one_of(pilot.clawbacks, "id", data["clawback"]), fen(data["amount"])
        order["returned"] += amount
        if order["returned"] > fen(order["amount"]):
            broken("SAN-03", f"{order['id']} 收回超额", f"more came back than {order['id']} orders")
        pilot.returned += amount
        if data["source"] == "unspent":
            pilot.unspent += amount
            pilot.move(on, -amount)
            self.balance(pilot)

    def suspend(self, pilot, on, data):
        pilot.suspended = True

    def resume(self, pilot, on, data):
        pilot.suspended = False

    def revoke(self, pilot, on, data):
        pilot.revoked = True

    def close(self, pilot, on, data):
        pilot.closed = True


ACTS = {"FundsAllocated": Books.allocate, "AllocationAdjusted": Books.allocate, "TrancheReleased": Books.release,
        "ReceiptConfirmed": Books.confirm, "ReleaseReversed": Books.reverse_release, "ProjectAssigned": Books.assign,
        "AssignmentChanged": Books.reassign, "ProjectFiled": Books.file, "PaymentRecorded": Books.pay,
        "PaymentReversed": Books.reverse_payment, "SelfEvaluationSubmitted": Books.self_evaluate,
        "EvaluationRecorded": Books.evaluate, "PayoutDecided": Books.decide, "ClawbackOrdered": Books.order,
        "ClawbackReceived": Books.receive, "PilotSuspended": Books.suspend, "PilotResumed": Books.resume,
        "PilotRevoked": Books.revoke, "PilotClosed": Books.close}


def broken(rule, zh, en):
    raise Wrong(f"违反 {rule}:{zh}", f"{rule} is broken: {en}")


def one_of(list_, key, value):
    """The latest of this identifier."""
    found = next((one for one in reversed(list_) if one[key] == value), None)
    if found is None:
        broken("REF-01", f"没有 {value}", f"there is no {value}")
    return found


def fixed(score):
    return yuan(parts(score, 2))


# ---------------------------------------------------------------- 5. figures and exports


def check_figures(pack, manifest, books, wrong):
    """The printed figures against those of the entries."""
    totals, as_of = defaultdict(int), manifest["as_of"]
    for pilot_id, pilot in sorted(books.pilots.items()):
        sums = pilot.figures(books.rules, as_of)
        for key, value in sums.items():
            totals[key] += value
        name = f"figures/pilots/{pilot_id}.json"
        lists = {"releases": pilot.releases, "evaluations": pilot.evaluations,
                 "projects": [{**one, "assigned": yuan(one["assigned"]), "paid": yuan(one["paid"])} for one in pilot.projects]}
        with telling(wrong, name):
            printed = json.loads(whole(pack, name))
            compare(name, printed, {"pilot": pilot_id, "name": pilot.name, "members": pilot.members, "city": pilot.city,
                                    "cohort": pilot.cohort, "cap_kind": pilot.cap_kind, **stand(manifest), **lists})
            compare(f"{name} funds", printed["funds"], {
                **{key: yuan(value) for key, value in sums.items()}, "execution_rate": rate(sums),
                "payout_ratio": f"{pilot.ratio // 10_000}.{pilot.ratio % 10_000:04}"})
            clawbacks = [{**one, "returned": yuan(one["returned"])} for one in sorted(pilot.clawbacks, key=lambda one: one["on"])]
            compare(f"{name} sanctions", {"clawbacks": [one for one in printed["sanctions"] if one["kind"] == "clawback"]},
                    {"clawbacks": clawbacks})
    if manifest["pilot"] is None:
        name = "figures/programme.json"
        with telling(wrong, name):
            printed = json.loads(whole(pack, name))
            compare(f"{name} funds", printed["funds"], {**{key: yuan(value) for key, value in totals.items()},
                                                        "execution_rate": rate(totals)} if totals else {})
            compare(name, printed, stand(manifest))
            compare(f"{name} pilots", {one["pilot"]: one["funds"]["balance"] for one in printed["pilots"]}, {
                pilot_id: yuan(pilot.figures(books.rules, as_of)["balance"]) for pilot_id, pilot in books.pilots.items()})


def stand(manifest):
    return {"ledger": manifest["ledger"], "sandbox": manifest["sandbox"], "as_of": manifest["as_of"], "position": manifest["size"]}


def compare(where, found, expected):
    """What is printed may say more than is known here, but nothing else."""
    for key, value in expected.items():
        own = found.get(key)
        if isinstance(own, list) and isinstance(value, list) and len(own) == len(value) and all(isinstance(one, dict) for one in value):
            for number, (one, due) in enumerate(zip(own, value), 1):
                compare(f"{where} {key}[{number}]", one, due)
        elif own != value:
            raise Wrong(f"{where} 的 {key} 为 {own},由记录算得 {value}", f"{where}: {key} is {own}, the entries come to {value}")


def component(identifier):
    """An identifier as it stands in the accounts of the books."""
    text = identifier.replace("_", "下").replace(".", "点")
    return text if re.match(r"[A-Z0-9]", text) else "0号" + text


def accounts(books, as_of):
    for pilot_id, pilot in books.pilots.items():
        sums, own = pilot.figures(books.rules, as_of), component(pilot_id)
        yield from {
            f"Equity:Budget:{own}:Allocated": -sums["allocated"], f"Assets:Budget:{own}:Unassigned": sums["unassigned"],
            f"Assets:Budget:{own}:Assigned": sums["assigned"], f"Equity:Pilot:{own}:Released": -sums["released"],
            f"Expenses:Pilot:{own}:Paid": sums["paid"], f"Equity:Pilot:{own}:ReturnedUnspent": pilot.unspent,
            f"Assets:Pilot:{own}:Cash": sums["balance"], f"Equity:Clawback:{own}:Ordered": -sums["clawback_ordered"],
            f"Assets:Clawback:{own}:Outstanding": sums["clawback_outstanding"],
            f"Assets:Clawback:{own}:Returned": sums["clawback_returned"]}.items()


def check_books(pack, name, expected):
    """A double-entry book: every posting added up."""
    found, posting = defaultdict(int), re.compile(r" +([A-Z][^ ]*:[^ ]*)  (-?)(\d+\.\d\d) CNY")
    for line in lines(pack, name):
        if match := posting.fullmatch(line.decode("utf-8")):
            found[match[1]] += int(match[2] + "1") * int(match[3].replace(".", ""))
    compare_sums(name, found, expected)


def compare_sums(name, found, expected):
    for key in sorted(set(found) | set(expected)):
        if found.get(key, 0) != expected.get(key, 0):
            raise Wrong(f"{name} 中 {key} 合计 {yuan(found.get(key, 0))},由记录算得 {yuan(expected.get(key, 0))}",
                        f"{name}: {key} comes to {yuan(found.get(key, 0))}, the entries to {yuan(expected.get(key, 0))}")


SUMS = ["allocated", "assigned", "released", "paid", "clawback_ordered", "clawback_returned"]


def by_pilot(books, as_of, keys):
    return {f"{pilot_id} {key}": value for pilot_id, pilot in books.pilots.items()
            for key, value in pilot.figures(books.rules, as_of).items() if key in keys}


def check_csv(pack, name, books, as_of):
    found, last = defaultdict(int), {}
    rows = csv.reader(line.decode("utf-8-sig") for line in lines(pack, name))
    columns = next(rows)
    for row in rows:
        for key in SUMS:
            cell = next(value for head, value in zip(columns, row) if head.endswith(" " + key))
            found[f"{row[4]} {key}"] += int(cell.replace(".", "")) if cell else 0
        last[f"{row[4]} balance"] = int(row[-1].replace(".", ""))
    expected = by_pilot(books, as_of, SUMS + ["balance"])
    harmless = {("'" if key[0] in "=+-@" else "") + key: value for key, value in expected.items()}
    compare_sums(name, {**found, **last}, harmless)


def check_cloudevents(pack, name, manifest):
    """Each line is an envelope around an entry, byte for byte, in the same order."""
    events = lines(pack, name)
    for entry in lines(pack, "entries.jsonl"):
        line, said = next(events, b""), DECODER.decode(entry.decode("utf-8"))
        if not line.endswith(b',"data":' + entry + b"}"):
            raise Wrong(f"{name} 中没有第 {said['position']} 条的原样字节", f"{name} has not the very bytes of position {said['position']}")
        compare(f"{name} {said['position']}", json.loads(line[:-len(entry) - 9] + b"}"), {
            "id": f"{manifest['ledger']}/{said['position']}", "type": f"tranche.{said['type']}", "subject": said["stream"],
            "time": said["recorded_at"], "specversion": "1.0"})
    if next(events, None) is not None:
        raise Wrong(f"{name} 多出事件", f"{name} has more events than there are entries")


def check_ocds(pack, name, manifest, books):
    """A release a line: values as last said, transactions added up."""
    values, moved, around = {}, defaultdict(int), b""
    for line in lines(pack, name):
        if not line.startswith(b'{"ocid"'):
            around += line
            continue
        release = json.loads(line.rstrip(b","), parse_float=Decimal)
        pilot = release["ocid"][len(f"tranche-{manifest['ledger']}-"):]
        for contract in release.get("contracts", []):
            if "value" in contract:
                values[pilot, contract["id"]] = int(contract["value"]["amount"] * 100)
            for made in contract.get("implementation", {}).get("transactions", []):
                kind = made["id"].split(":")[0].split("-")[0]
                moved[f"{pilot} {kind}"] += int(made["value"]["amount"] * 100)
    found = {f"{pilot} released": moved[f"{pilot} release"] for pilot in books.pilots}
    found.update({f"{pilot} paid": moved[f"{pilot} payment"] for pilot in books.pilots})
    found.update({f"{pilot} clawback_returned": moved[f"{pilot} receipt"] for pilot in books.pilots})
    for pilot in books.pilots:
        for key, begins in (("allocated", "allocation"), ("assigned", "project:"), ("clawback_ordered", "clawback:")):
            found[f"{pilot} {key}"] = sum(value for (own, name_), value in values.items() if own == pilot and name_.startswith(begins))
    compare(name, json.loads(around), {"version": "1.1", "releases": []})
    compare_sums(name, found, by_pilot(books, manifest["as_of"], SUMS))


def check_lists(pack, listed, said):
    """What was drawn from the entries: opening, amendments, attachments."""
    for name, kind in (("rules/opening.json", "ProgrammeOpened"), ("rules/amendments.jsonl", "ProgrammeAmended"),
                       ("attachments.jsonl", "DocumentAttached")):
        if name in listed and [json.loads(line) for line in lines(pack, name)] != said[kind]:
            raise Wrong(f"{name} 与记录不符", f"{name} is not what the entries say")


# ---------------------------------------------------------------- all together


class telling:
    """Tells what is wrong, and goes on."""

    def __init__(self, wrong, where):
        self.wrong, self.where = wrong, where

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Wrong):
            self.wrong(error)
            return True
        if isinstance(error, (KeyError, ValueError, TypeError, AttributeError, IndexError, ArithmeticError, struct.error)):
            self.wrong(Wrong(f"{self.where} 的内容不成形:{error!r}", f"{self.where} is malformed: {error!r}"))
            return True
        return False


def altered_lines(pack, manifest):
    """Of entries that are not the manifest's: the positions whose hashes the tiles do not have."""
    altered, at = [], 0
    for at, line in enumerate(whole(pack, "entries.jsonl").split(b"\n")[:-1], 1):
        index = (at - 1) // 256
        if at <= manifest["size"]:
            tile = whole(pack, tile_name(0, index, min(256, manifest["size"] - index * 256)))
            if tile[(at - 1) % 256 * 32:][:32] != leaf_hash(line):
                altered.append(at)
    # Where there are more or fewer lines, all after the first that is wrong are in other places.
    return altered if at == manifest["entries"] else altered[:1] or [at + 1]


def check_entries(pack, manifest, listed, notes, wrong):
    """One pass over the entries: form, order, tree, tiles, rules. Gives what they come to."""
    reversed_payments = {DECODER.decode(line.decode("utf-8"))["data"]["payment"] for line in lines(pack, "entries.jsonl")
                         if b'"type":"PaymentReversed"' in line}
    order, tree, tiles, books = Order(manifest), Tree(), Tiles(), Books(reversed_payments)
    said, partial, roots, tile_faults = defaultdict(list), manifest["pilot"] is not None, {}, []
    sizes, seen, due = {note.size for note in notes.values()}, set(), set()

    def held(cut):
        for name, index, hashes in cut:
            seen.add(name)
            found = whole(pack, name) if name in listed else b""
            if found != b"".join(hashes):
                at = next((n for n, one in enumerate(hashes) if found[n * 32:n * 32 + 32] != one), 0)
                tile_faults.append((name, index * 256 + at + 1 if name.startswith("tile/0/") else None))

    for line in lines(pack, "entries.jsonl"):
        number = order.position + 1
        with telling(wrong, f"第 {number} 条 position {number}"):
            entry = canonical(line, f"第 {number} 条 position {number}")
            try:
                number = entry["position"]
                order.check(entry)
                books.post(entry)
            except Wrong as error:
                zh, _, en = str(error).partition(" · ")
                raise Wrong(f"第 {number} 条:{zh}", f"position {number}: {en}")
            if entry["type"] in ("ProgrammeOpened", "ProgrammeAmended", "DocumentAttached"):
                said[entry["type"]].append({"data": entry["data"], "on": entry["on"], "position": entry["position"]})
        leaf = leaf_hash(line)
        tree.push(leaf)
        if partial:
            due.add(f"proofs/inclusion/{order.position:012}.tlog-proof")
            with telling(wrong, f"position {order.position}"):
                check_inclusion(pack, manifest, listed, order.position, leaf)
        else:
            held(tiles.push(leaf))
            if tree.size in sizes:
                roots[tree.size] = tree.root()
    held(() if partial else tiles.rest())
    sound = partial or (tree.size, tree.root().hex()) == (manifest["size"], manifest["root"])
    if tree.size != manifest["entries"]:
        wrong(Wrong(f"清单称有 {manifest['entries']} 条,实有 {tree.size} 条", f"{tree.size} entries where the manifest has {manifest['entries']}"))
    for name, position in tile_faults:
        if sound:
            wrong(Wrong(f"{name} 被改动:与各条记录算得的哈希不符", f"{name} is altered: its hashes are not those of the entries"))
        elif position:
            wrong(Wrong(f"第 {position} 条被改动:与分片 {name} 中的哈希不符", f"position {position} is altered: its hash is not the one in {name}"))
    if not sound:
        wrong(Wrong(f"{tree.size} 条记录的根为 {tree.root().hex()},清单为 {manifest['root']}",
                    f"{tree.size} entries have the root {tree.root().hex()}, the manifest says {manifest['root']}"))
    for name in sorted(name for name in listed if name.startswith(("tile/", "proofs/inclusion/")) and name not in seen | due):
        wrong(Wrong(f"{name} 不属于任何记录", f"{name} is of no entry in the pack"))
    return books, said, roots, sound


def check_inclusion(pack, manifest, listed, position, leaf):
    name = f"proofs/inclusion/{position:012}.tlog-proof"
    if name not in listed:
        raise Wrong(f"第 {position} 条没有证明", f"position {position} has no proof")
    head, _, _ = whole(pack, name).decode("utf-8").partition("\n\n")
    magic, index, *path = head.split("\n")
    if magic != "c2sp.org/tlog-proof@v1" or index != f"index {position - 1}":
        raise Wrong(f"{name} 不是第 {position} 条的证明", f"{name} is no proof for position {position}")
    root = follows(position - 1, manifest["size"], leaf, [unbase64(one, 32) for one in path])
    if root is None or root.hex() != manifest["root"]:
        raise Wrong(f"第 {position} 条或其证明 {name} 被改动:推不出台账的根", f"position {position} or its proof {name} is altered: it does not lead to the root")


def check_checkpoint(pack, manifest, name, note, roots):
    """That the checkpoint is of this history: by the entries where they are there, and by its proof."""
    size, root = manifest["size"], bytes.fromhex(manifest["root"])
    if note.size in roots and note.root != roots[note.size] or note.size == size and note.root != root:
        raise Wrong(f"{name} 不是本台账的检查点:前 {note.size} 条的根不同,历史被改动或属于另一台账({note.origin})",
                    f"{name} is no checkpoint of this ledger: over {note.size} entries the roots differ; the history was altered, "
                    f"or it is of another ledger ({note.origin})")
    proof = name.replace("checkpoints/", "proofs/consistency/")
    head, _, _ = whole(pack, proof).decode("utf-8").partition("\n\n")
    old, *path = head.split("\n")
    path = [unbase64(one, 32) for one in path if one]
    (old_size, old_root), (new_size, new_root) = sorted([(note.size, note.root), (size, root)], key=lambda one: one[0])
    if old != f"old {old_size}" or not consistent(old_size, old_root, new_size, new_root, path):
        raise Wrong(f"{proof} 不能证明 {name} 与本包是同一部历史", f"{proof} does not prove that {name} and the pack are of one history")


def check_signatures(notes, keys, wrong):
    for key in keys:
        signed, spoken = [], []
        tell = lambda error: (spoken.append(error), wrong(error))
        for name, note in notes.items():
            with telling(tell, name):
                if note.signed_by(key, name):
                    signed.append((note.size, name))
        if spoken:
            continue
        if signed:
            size, name = max(signed)
            say(f"{key.name} 已签至第 {size} 条({name})", f"{key.name} signed up to position {size} ({name})")
        else:
            wrong(Wrong(f"没有公钥 {key.name} 的有效签名:检查点不是它签的,或公钥不对",
                        f"no checkpoint bears a valid signature by {key.name}: it did not sign, or the key is wrong"))
    if not keys:
        say("未给公钥:只核验各件一致,未核验签名", "no key given: the parts are held against each other, no signature is checked")


def say(zh, en):
    print(f"  {zh} · {en}")


def check_content(pack, manifest, listed, keys, wrong):
    notes = {}
    for name in sorted(name for name in listed if name.startswith("checkpoints/")):
        with telling(wrong, name):
            notes[name] = Note(whole(pack, name), name)
    found = []
    tell = lambda error: (found.append(error), wrong(error))
    books, said, roots, sound = check_entries(pack, manifest, listed, notes, tell)
    check_signatures(notes, keys, tell)
    for name, note in notes.items():
        with telling(tell, name):
            check_checkpoint(pack, manifest, name, note, roots if sound else {})
    if not sound or any("position" in str(error) for error in found):
        return  # What rests on entries that are wrong is not judged.
    check_figures(pack, manifest, books, wrong)
    expected = dict(accounts(books, manifest["as_of"]))
    for name, check in (("exports/books.beancount", lambda name: check_books(pack, name, expected)),
                        ("exports/books.journal", lambda name: check_books(pack, name, expected)),
                        ("exports/movements.csv", lambda name: check_csv(pack, name, books, manifest["as_of"])),
                        ("exports/cloudevents.jsonl", lambda name: check_cloudevents(pack, name, manifest)),
                        ("exports/ocds.json", lambda name: check_ocds(pack, name, manifest, books))):
        with telling(wrong, name):
            check(name)
    with telling(wrong, "rules/"):
        check_lists(pack, listed, said)


def verify(pack, keys, wrong):
    """Everything, as far as it makes sense to go."""
    before = []
    tell = lambda error: (before.append(error), wrong(error))
    with telling(tell, "manifest.json"):
        manifest = read_manifest(pack)
        listed = check_files(pack, manifest, tell)
        if not before:
            pack.check_frame(manifest)
    if before:
        if len(before) == 1 and str(before[0]).startswith("entries.jsonl ") and manifest["pilot"] is None:
            with telling(wrong, "entries.jsonl"):
                for position in altered_lines(pack, manifest):
                    wrong(Wrong(f"entries.jsonl 中第 {position} 条与分片中的哈希不符", f"position {position} in entries.jsonl is not what the tiles say"))
        return
    say(f"台账 {manifest['ledger']},{manifest['size']} 条,包内 {manifest['entries']} 条,根 {manifest['root']}",
        f"ledger {manifest['ledger']}, {manifest['size']} entries, {manifest['entries']} of them here, root {manifest['root']}")
    say(f"清单 SHA-256 {hashlib.sha256(whole(pack, 'manifest.json')).hexdigest()}", "of manifest.json")
    check_content(pack, manifest, listed, keys, wrong)


def opened(path):
    if os.path.isdir(path):
        return Folder(path)
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise Wrong("文件为空", "the file is empty")
        return Zip(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def main():
    parser = argparse.ArgumentParser(description="核验审计证据包 · verifies an evidence pack")
    parser.add_argument("pack", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="zip 或文件夹 · zip or folder")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="公钥,可多次 · a public key; may stand again")
    options = parser.parse_args()
    faults = []

    def wrong(error):
        faults.append(error)
        print(f"✗ {error}")

    print(options.pack)
    with telling(wrong, options.pack):
        try:
            verify(opened(options.pack), [Key(key) for key in options.key], wrong)
        except OSError as error:
            wrong(Wrong(f"无法读取:{error}", f"cannot be read: {error}"))
    if faults:
        print(f"不符:{len(faults)} 处 · {len(faults)} things do not agree")
        return 1
    print("✓ 全部相符 · all agrees")
    return 0


if __name__ == "__main__":
    sys.exit(main())
