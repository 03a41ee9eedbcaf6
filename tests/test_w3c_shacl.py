"""The W3C test suite of SHACL, on the very way that ships: compiled, with fallback, by pySHACL."""

import pytest

from benchmarks.w3c_shacl import PYSHACL_FAILS, SUITE, cases, outcome

pytestmark = pytest.mark.skipif(
    not SUITE.exists(), reason=f"the suite of the W3C is not at {SUITE}"
)
CASES = cases() if SUITE.exists() else []


def test_the_whole_suite_is_there():
    """A case that is not found would pass unseen."""
    names = [case.name for case in CASES]

    assert len([name for name in names if name.startswith("core/")]) == 98
    assert len([name for name in names if name.startswith("sparql/")]) == 22
    assert len(set(names)) == 120


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_compiler_alone_judges_as_the_suite_does(case):
    """Every case has queries of ours, and they find what is expected and nothing else."""
    found = outcome(case, "compiled")

    assert found.passed, found.note


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_compiler_with_fallback_judges_as_the_suite_does(case):
    """The default hands nothing to pySHACL that the compiler can judge."""
    found = outcome(case, "auto")

    assert found.passed, found.note
    assert found.how != "delegated"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pyshacl_is_wrong_where_the_frozen_list_says_so(case):
    """The reference is trusted only as far as the suite agrees with it."""
    found = outcome(case, "pyshacl")

    assert found.passed == (case.name not in PYSHACL_FAILS), found.note
