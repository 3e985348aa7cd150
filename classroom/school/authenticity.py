"""Whose bundle it is, and whether it is as it was handed in: student, signature, chain. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from classroom.school import keys
from classroom.school.bundle import Bundle, links
from classroom.school.findings import Finding
from classroom.school.personal import Personal


def judge(bundle: Bundle, class_name: str, students: Mapping[str, Personal]) -> tuple[Finding, ...]:
    """Why a bundle is refused; nothing when it is complete and the student's own. `students` are all of the class."""
    manifest = bundle.manifest
    mine = students.get(manifest.student)
    # The named student's key is tried first: it is nearly always the right one.
    ordered: list[Personal] = [*([mine] if mine else []), *students.values()]
    signer = next((one for one in ordered if _signed(bundle, keys.public_key(one.seed))), None)
    by = f"it is signed with the key of {signer.student.name}" if signer else ""
    if manifest.class_name != class_name or mine is None:
        said = f"it says that it is from {manifest.student!r}, class {manifest.class_name!r}"
        return (Finding("unknown-student", said, (by,) if by else ()),)
    if signer is not mine:
        return (_not_signed_by(bundle, mine, by),)
    return tuple(
        Finding("broken-chain", "its parts are not those that were handed in", (line,))
        for line in _broken(bundle, mine)
    )[:1]


def _signed(bundle: Bundle, public: str) -> bool:
    return keys.is_signed(public, bundle.signed, bundle.signature)


def _not_signed_by(bundle: Bundle, mine: Personal, by: str) -> Finding:
    said = f"it says that it is from {mine.student.name}, and "
    if by:
        return Finding("wrong-signature", f"{said}{by}")
    if _signed(bundle, bundle.manifest.public_key):
        return Finding(
            "wrong-signature",
            f"{said}it is signed with a key that no student of the class has",
            (f"the key {bundle.manifest.public_key}",),
        )
    return Finding("wrong-signature", f"{said}its manifest was changed after it was signed")


def _broken(bundle: Bundle, mine: Personal) -> Iterator[str]:
    """The first thing that is wrong with the chain of the parts."""
    rows = bundle.manifest.parts
    wanted, there = [one.name for one in rows], list(bundle.parts)
    if wanted != there:
        missing, more = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
        if missing or more:
            yield f"missing: {', '.join(missing) or 'none'}; not in the manifest: {', '.join(more) or 'none'}"
        else:
            yield f"the parts are in another order: {', '.join(there)}"
    for one in rows:
        data = bundle.parts.get(one.name, b"")
        if hashlib.sha256(data).hexdigest() != one.sha256 or len(data) != one.size:
            yield f"{one.name} was changed"
    chain = links(mine.seed, bundle.manifest.class_name, [(one.name, one.sha256) for one in rows])
    for one, link in zip(rows, chain, strict=True):
        if one.link != link:
            yield f"the chain is broken at {one.name}: a part before it was removed, moved or exchanged"
