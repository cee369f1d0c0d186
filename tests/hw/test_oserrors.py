from __future__ import annotations

import errno
import os

import pytest

from hw.messages import Message
from hw.oserrors import system_words


def test_what_the_system_refuses_is_told_in_both_languages_with_the_file() -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x/y.part")
    assert system_words(full) == Message("No space left on device: /x/y.part", "磁盘空间不足：/x/y.part")
    assert system_words(OSError(errno.EIO, "Input/output error")).zh == "输入输出错误"


@pytest.mark.parametrize("error", [OSError("no number"), OSError(errno.EXDEV, "Invalid cross-device link")])
def test_a_rare_one_keeps_the_systems_own_words(error: OSError) -> None:
    said = system_words(error)
    assert said.en == said.zh == (error.strerror or "no number")
