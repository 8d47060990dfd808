"""Holds a ledger's entries, roots, proofs and notes against implementations that are not ours.

RFC 8785 by rfc8785, the Merkle tree and its proofs by pymerkle, Ed25519 by cryptography. What it is given stands on
standard input as JSON; it prints how much it compared, and stops at what differs.
"""

import base64
import hashlib
import json
import sys

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion
from pymerkle.proof import InclusionProof


def hashes(texts):
    return [bytes.fromhex(text) for text in texts]


def canonical(entries):
    """Each entry is the one canonical form of what it says."""
    for number, entry in enumerate(entries, 1):
        assert rfc8785.dumps(json.loads(entry)) == entry, f"entry {number} is not canonical"
    return len(entries)


def inclusion(tree, proofs):
    """Each proof is the one pymerkle makes, and pymerkle verifies it under our root."""
    for told in proofs:
        index, size, path = told["index"] + 1, told["size"], hashes(told["proof"])
        made = tree.prove_inclusion(index, size)
        leaf = tree.get_leaf(index)
        assert made.path == [leaf, *path], f"another path of {index} in {size}"
        ours = InclusionProof("sha256", True, size, index, made.rule, [leaf, *path])
        verify_inclusion(leaf, bytes.fromhex(told["root"]), ours, index=index, size=size)
    return len(proofs)


def consistency(tree, proofs):
    """Both roots are pymerkle's, and it proves that the one goes on from the other.

    Its own proofs go into finer parts than the RFC's, so that ours are held against another implementation.
    """
    for told in proofs:
        old, size = told["old_size"], told["size"]
        roots = [bytes.fromhex(told[name]) for name in ("old_root", "root")]
        assert roots == [tree.get_root(old), tree.get_root(size)], f"other roots of {old} and {size}"
        verify_consistency(*roots, tree.prove_consistency(old, size), prior_size=old, later_size=size)
    return len(proofs)


def note(text, vkeys):
    """A signed note has a line by each of these keys, and each line is that key's; gives how many there are."""
    body, lines = text.rsplit("\n\n", 1)
    body += "\n"
    lines = [line.removeprefix("— ").split(" ") for line in lines.splitlines()]
    for vkey in vkeys:
        name, key_id, key = vkey.split("+", 2)
        key = base64.b64decode(key)
        assert hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id, vkey
        own = [base64.b64decode(made) for known, made in lines if known == name]
        own = [made[4:] for made in own if made[:4].hex() == key_id]
        assert own, f"no line by {vkey}"
        for made in own:
            message = body
            if key[0] == 4:
                message = f"cosignature/v1\ntime {int.from_bytes(made[:8], 'big')}\n{body}"
                made = made[8:]
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(made, message.encode())
    return len(vkeys)


def main():
    told = json.load(sys.stdin)
    entries = [entry.encode() for entry in told["entries"]]
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    assert tree.get_root().hex() == told["root"], "another root"
    counts = {
        "entries": canonical(entries),
        "inclusion": inclusion(tree, told["inclusion"]),
        "consistency": consistency(tree, told["consistency"]),
        "notes": sum(note(each["note"], each["keys"]) for each in told["notes"]),
    }
    print(json.dumps(counts))


main()
