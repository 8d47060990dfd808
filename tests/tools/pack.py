"""Spoils evidence packs and asks the stand-alone verifier: everything has to be found, and nothing blamed for it but what it is.

    pack.py flips VERIFIER PACK STEP       # every STEP-th bit of the zip; 1 for every single one
    pack.py exchange VERIFIER PACK OUT FILE   # a pack in which this file is altered, with a manifest that fits
    pack.py forge VERIFIER PACK PILOT_PACK KEY OTHER_NOTE     # forgeries that are consistent with a manifest made anew
"""
import base64
import contextlib
import hashlib
import importlib.util
import io
import json
import re
import struct
import sys
import zipfile


def module(path):
    spec = importlib.util.spec_from_file_location("verify", path)
    made = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(made)
    return made


verify = module(sys.argv[2])


def faults(pack, keys=()):
    """What the verifier says of a pack."""
    found = []
    with contextlib.redirect_stdout(io.StringIO()), verify.telling(lambda error: found.append(str(error)), "pack"):
        verify.verify(pack() if callable(pack) else pack, [verify.Key(key) for key in keys], lambda error: found.append(str(error)))
    return found


# ---------------------------------------------------------------- every bit


def regions(data):
    """What each byte of a zip file belongs to: the file whose header, content or directory entry it is in, or none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files, at = sorted(archive.infolist(), key=lambda info: info.header_offset), archive.start_dir
        for info, after in zip(files, [info.header_offset for info in files[1:]] + [at]):
            name_len, extra_len = struct.unpack("<2H", data[info.header_offset + 26:info.header_offset + 30])
            start = info.header_offset + 30 + name_len + extra_len
            yield info.header_offset, start, info.filename, False
            yield start, start + info.compress_size, info.filename, True
            yield start + info.compress_size, after, info.filename, False
        for info in archive.infolist():
            end = at + 46 + sum(struct.unpack("<3H", data[at + 28:at + 34]))
            yield at, end, info.filename, False
            at = end
    yield at, len(data), None, False


def content(data, manifest, name):
    """What the verifier says of one file of a zip, and then of the frame, as it would in one run over all."""
    caught = []
    with verify.telling(lambda error: caught.append(str(error)), name):
        pack = verify.Pack("pack", io.BytesIO(data))
        if name.startswith("manifest."):
            verify.read_manifest(pack)
        else:
            one = {**manifest, "files": [file for file in manifest["files"] if file["path"] == name]}
            pack.names = lambda: [name]
            verify.check_files(pack, one, lambda error: caught.append(str(error)))
        if not caught:
            pack.check_frame()
    return caught


def flips(path, step):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    opened = lambda: verify.Pack("pack", io.BytesIO(data))
    assert faults(opened) == []
    manifest = verify.read_manifest(opened())
    counts = {"content": 0, "frame": 0, "last bits": 0}
    for start, end, name, is_content in list(regions(data)):
        # There is less around the files than in them.
        every = 1 if step == 1 else step if is_content else 61
        for bit in range(start * 8 + -(start * 8) % every, end * 8, every):
            data[bit // 8] ^= 1 << bit % 8
            caught = content(data, manifest, name) if is_content else faults(opened)
            # Whatever is blamed is the file whose bit it is, or the zip file around the files.
            assert caught and all(fault.startswith(("压缩包", f"{name} ") + ("manifest.json ",) * (name == "manifest.sha256")) for fault in caught), f"bit {bit} of {name}: {caught}"
            around = all(fault.startswith("压缩包") for fault in caught)
            assert around or len(caught) == 1 or not is_content, f"bit {bit} of {name}: {caught}"
            counts["frame" if not is_content else "last bits" if around else "content"] += 1
            data[bit // 8] ^= 1 << bit % 8
    print(f"{path}: {counts} of {len(data) * 8} bits")
    assert faults(opened) == []
    lines(opened(), manifest, step)
    anew(path)


def anew(path):
    """Zipped by another program: in order while its files are, and if one is exchanged that one is blamed, and nothing else."""
    files = unpacked(path)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for exchanged in [None, *sorted(files)]:
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w", method) as archive:
                for name in files:
                    archive.writestr(name, files[name] + (b" " if name == exchanged else b""))
            caught = faults(lambda: verify.Pack("pack", made))
            assert bool(caught) == (exchanged is not None) and all(exchanged in fault for fault in caught), f"{exchanged}: {caught}"


class Memory(dict, verify.Pack):
    """A pack's files in memory."""

    def __init__(self, files):
        dict.__init__(self, files)

    def names(self):
        return list(self)

    def pieces(self, name):
        if name not in self:
            raise verify.Wrong(f"缺少 {name}", f"{name} is missing")
        yield bytes(self[name])

    def check_frame(self):
        pass

    def seal(self):
        return "whole"


def lines(pack, manifest, step):
    """Every single bit of the entries as they are unpacked (where bits are left out, a seventh): the position is named."""
    files = Memory((name, pack.whole(name)) for name in pack.names())
    entries = files["entries.jsonl"].split(b"\n")[:-1]
    offset = count = 0
    for position, line in enumerate(entries, 1):
        own = bytearray(line + b"\n")
        tile = files[verify.tile_name(0, (position - 1) // 256, min(256, len(entries) - (position - 1) // 256 * 256))]
        expected = tile[(position - 1) % 256 * 32:][:32]
        assert verify.leaf_hash(line) == expected
        for bit in range(0 if step == 1 else position % 8, len(own) * 8, 1 if step == 1 else 7):
            own[bit // 8] ^= 1 << bit % 8
            if bit // 8 == len(line) or own[bit // 8] == 10:
                # Lines that became one, or two: all that come after are in other places.
                spoilt = Memory(files)
                spoilt["entries.jsonl"] = files["entries.jsonl"][:offset] + own + files["entries.jsonl"][offset + len(own):]
                if position < len(entries) or bit // 8 != len(line):
                    assert [at for at in verify.altered_lines(spoilt, manifest)] == [position], (position, bit)
            else:
                assert verify.leaf_hash(bytes(own[:-1])) != expected
            own[bit // 8] ^= 1 << bit % 8
            count += 1
        spoilt = Memory(files)
        spoilt["entries.jsonl"] = files["entries.jsonl"].replace(line, line[:40] + b"~" + line[41:], 1)
        caught = faults(spoilt)
        assert len(caught) == 2 and caught[0].startswith("entries.jsonl ") and f"position {position} " in caught[1], caught
        offset += len(own)
    print(f"{count} bits of {len(entries)} entries")


# ---------------------------------------------------------------- forgeries


def unpacked(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return Memory((name, archive.read(name)) for name in archive.namelist())


def remade(files, **changes):
    """The manifest made anew, as a forger would."""
    manifest = json.loads(files["manifest.json"])
    manifest.update(changes)
    manifest["files"] = [{"path": name, "sha256": hashlib.sha256(files[name]).hexdigest(), "size": len(files[name])}
                         for name in sorted(files) if not name.startswith("manifest.")]
    text = verify.rewritten(manifest).encode()
    files["manifest.json"], files["manifest.sha256"] = text, f"{hashlib.sha256(text).hexdigest()}  manifest.json\n".encode()
    return files


def retreed(files):
    """Tiles and root made anew too: a history that agrees with itself."""
    tree, tiles = verify.Tree(), verify.Tiles()
    for name in [name for name in files if name.startswith("tile/")]:
        del files[name]
    cut = []
    for line in files["entries.jsonl"].split(b"\n")[:-1]:
        leaf = verify.leaf_hash(line)
        tree.push(leaf)
        cut += tiles.push(leaf)
    for level, index, hashes in cut + tiles.rest():
        files[verify.tile_name(level, index, len(hashes))] = b"".join(hashes)
    return remade(files, root=tree.root().hex(), entries=tree.size, size=tree.size)


def entry_changed(files, position, change):
    entries = files["entries.jsonl"].split(b"\n")
    entry = json.loads(entries[position - 1])
    change(entry)
    entries[position - 1] = verify.rewritten(entry).encode()
    files["entries.jsonl"] = b"\n".join(entries)
    return files


def position_of(files, kind, which=0):
    found = [n for n, line in enumerate(files["entries.jsonl"].split(b"\n"), 1) if f'"type":"{kind}"'.encode() in line]
    return found[which]


def forge(path, pilot_path, key, other_note):
    base, pilot = unpacked(path), unpacked(pilot_path)
    assert faults(base, [key]) == [], faults(base, [key])
    assert faults(pilot, [key]) == [], faults(pilot, [key])
    told = {}

    def expect(case, files, *words, keys=(key,), many=True):
        caught = faults(files, keys)
        assert caught, f"{case}: nothing was found"
        assert all(any(word in fault for fault in caught) for word in words), f"{case}: {caught}"
        assert many or len(caught) == 1, f"{case}: {caught}"
        told[case] = caught[0]

    def spoilt(change, source=base):
        files = Memory(source)
        change(files)
        return files

    checkpoint = next(name for name in base if name.startswith("checkpoints/"))
    release = position_of(base, "TrancheReleased")
    raise_it = lambda entry: entry["data"].update(amount="999999999.00")
    touch = lambda entry: entry["by"].update(person="某人")

    # Without a new manifest.
    def exchanged(files):
        one, two = [name for name in sorted(files) if name.startswith("figures/pilots/")][:2]
        files[one], files[two] = files[two], files[one]
    caught = faults(spoilt(exchanged), [key])
    assert len(caught) == 2 and all("figures/pilots/" in fault for fault in caught), caught
    expect("a file is missing", spoilt(lambda files: files.pop("exports/ocds.json")), "exports/ocds.json is missing", many=False)
    expect("a file too many", spoilt(lambda files: files.update({"extra.txt": b"x"})), "extra.txt is not in the manifest", many=False)
    expect("another manifest", spoilt(lambda files: files.update({"manifest.json": files["manifest.json"] + b" "})), "manifest.json and manifest.sha256", many=False)
    # With a manifest made anew.
    expect("an entry altered", remade(entry_changed(Memory(base), release, touch)), f"position {release} is altered: its hash is not the one in tile/0/")
    expect("an entry in another form", remade(spoilt(lambda files: files.update(
        {"entries.jsonl": files["entries.jsonl"].replace(b'{"by"', b'{ "by"', 1)}))), "position 1 is no canonical JSON")
    expect("history rewritten", retreed(entry_changed(Memory(base), release, touch)), f"{checkpoint} is no checkpoint of this ledger")
    expect("a release raised", retreed(entry_changed(Memory(base), release, raise_it)), f"position {release}: TR-0")
    cut = base["entries.jsonl"].split(b"\n")
    expect("an entry dropped", retreed(spoilt(lambda files: files.update({"entries.jsonl": b"\n".join(cut[:9] + cut[10:])}))), "position 10 was due")
    expect("entries swapped", retreed(spoilt(lambda files: files.update({"entries.jsonl": b"\n".join(cut[:9] + [cut[10], cut[9]] + cut[11:])}))), "position 10 was due")
    expect("the tail cut off", retreed(spoilt(lambda files: files.update({"entries.jsonl": b"\n".join(cut[:-2]) + b"\n"}))), "checkpoint")
    tile = next(name for name in base if name.startswith("tile/0/"))
    expect("a tile altered", remade(spoilt(lambda files: files.update({tile: b"\0" + files[tile][1:]}))), f"{tile} is altered", many=False)
    expect("a tile too many", remade(spoilt(lambda files: files.update({"tile/0/777": b"x"}))), "tile/0/777 is of no entry", many=False)
    for name in sorted(base):
        if name.startswith("figures/"):
            text = re.sub(rb'"balance":"(\d)', lambda match: b'"balance":"1' + match[1], base[name], count=1)
            expect(f"{name} altered", remade(spoilt(lambda files: files.update({name: text}))), f"{name} funds: balance is", many=False)
    expect("files exchanged", remade(spoilt(exchanged)), "figures/pilots/", ": pilot is")
    for name, old, new in (("exports/books.beancount", b".00 CNY\n", b".01 CNY\n"), ("exports/books.journal", b".00 CNY\n", b".01 CNY\n"),
                           ("exports/movements.csv", b".00,", b".01,"), ("exports/ocds.json", b'"amount":', b'"amount":1'),
                           ("exports/ocds.json", b'"publishedDate":', b"publishedDate:"),
                           ("exports/cloudevents.jsonl", b'"subject":"', b'"subject":"x')):
        before, _, after = base[name].rpartition(old)
        expect(f"{name} altered at {old}", remade(spoilt(lambda files: files.update({name: before + new + after}))), name, many=False)
    expect("a rule altered", remade(spoilt(lambda files: files.update({"rules/opening.json": files["rules/opening.json"].replace(b"0.70", b"0.71")}))), "rules/opening.json", many=False)
    proof = checkpoint.replace("checkpoints/", "proofs/consistency/")
    expect("a consistency proof altered", remade(spoilt(lambda files: files.update({proof: files[proof].replace(b"old ", b"old 1", 1)}))), f"{proof} does not prove", many=False)
    # Checkpoints and keys.
    with open(other_note, "rb") as file:
        other = file.read()
    expect("a checkpoint of another ledger", remade(spoilt(lambda files: files.update({checkpoint: other}))), "is no checkpoint of this ledger")
    expect("a truncated note", remade(spoilt(lambda files: files.update({checkpoint: files[checkpoint][:-9]}))), f"{checkpoint} is no checkpoint")
    text, signature = base[checkpoint].rsplit(b" ", 1)
    made = bytearray(base64.b64decode(signature))
    made[20] ^= 1
    expect("a forged signature", remade(spoilt(lambda files: files.update({checkpoint: text + b" " + base64.b64encode(made) + b"\n"}))), "does not fit the text")
    name, _, _ = key.partition("+")
    wrong = b"\1" + bytes(range(32))
    wrong_key = f"{name}+{hashlib.sha256(name.encode() + bytes([10]) + wrong).digest()[:4].hex()}+{base64.b64encode(wrong).decode()}"
    expect("a wrong key", base, "no checkpoint bears a valid signature", keys=[wrong_key], many=False)
    # Of one pilot.
    inclusion = [name for name in sorted(pilot) if name.startswith("proofs/inclusion/")]
    alter = lambda files: files.update({inclusion[1]: files[inclusion[1]].replace(files[inclusion[1]].split(b"\n")[2], base64.b64encode(bytes(32)), 1)})
    expect("an inclusion proof altered", remade(spoilt(alter, pilot)), inclusion[1], "does not lead to the root")
    gone = "proofs/inclusion/000000099999.tlog-proof"
    expect("a proof for a position not there", remade(spoilt(lambda files: files.update({gone: files[inclusion[0]]}), pilot)), f"{gone} is of no entry", many=False)
    expect("a proof of another position", remade(spoilt(lambda files: files.update({inclusion[1]: files[inclusion[2]]}), pilot)), "is no proof for position")
    expect("a proof missing", remade(spoilt(lambda files: files.pop(inclusion[1]), pilot)), "has no proof")
    expect("a pilot's entry altered", remade(entry_changed(Memory(pilot), 2, touch)), "does not lead to the root")
    for case, fault in told.items():
        print(f"{case}: {fault[:150]}")
    messages = {re.sub(r"[\d/]+", "#", fault) for fault in told.values()}
    print(f"{len(told)} forgeries, {len(messages)} different messages")


def exchange(path, out, name):
    """One file altered in a byte that no sum hangs on, with a manifest made anew; with no name, zipped anew as it is."""
    files = unpacked(path)
    if name:
        files[name] = files[name][:-9] + bytes([files[name][-9] ^ 1]) + files[name][-8:]
        remade(files)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            archive.writestr(name, files[name])


if __name__ == "__main__":
    if sys.argv[1] == "exchange":
        exchange(*sys.argv[3:6])
    elif sys.argv[1] == "flips":
        flips(sys.argv[3], int(sys.argv[4]))
    else:
        forge(*sys.argv[3:7])
