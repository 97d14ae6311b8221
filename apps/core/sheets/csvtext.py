"""Text files with separated values: encoding, separator, limits."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from .limits import Limits, Refused

ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB 18030"}
SEPARATORS = (",", "\t", ";", "|")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')

_BINARY = "这不是文本文件，无法按 .csv 读取，请检查后重新选择"
_ENCODING = "认不出文件的文字编码，请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx 再上传"
_BLOCK = 1_048_576


def encoding_of(file: BinaryIO) -> str:
    """Return utf-8-sig, utf-16 or gb18030, whichever decodes the whole file. Raises Refused."""
    head = file.read(4)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        names = ["utf-16"]
    else:
        names = ["utf-8-sig", "gb18030"]
    for name in names:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                if "\x00" in text:
                    raise Refused(_BINARY)
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        finally:
            file.seek(0)
        return name
    raise Refused(_ENCODING)


def separator_of(sample: str) -> str:
    """Return the separator that most lines hold, and most often, outside of quotes."""
    lines = [line for line in _QUOTED.sub("q", sample).splitlines() if line.strip()][:50]
    best, best_score = ",", 0.0
    for mark in SEPARATORS:
        counts = [line.count(mark) for line in lines]
        common = max(set(counts), key=counts.count, default=0)
        score = common * counts.count(common) / max(len(counts), 1)
        if score > best_score:
            best, best_score = mark, score
    return best


def look_through_text(file: BinaryIO, length: int, limits: Limits) -> str:
    """Check a text file's encoding and shape without keeping it. Returns the encoding."""
    name = encoding_of(file)
    for _ in rows_of(file, name, limits):
        pass
    file.seek(0)
    return name


def rows_of(file: BinaryIO, encoding: str, limits: Limits) -> Iterator[list[str]]:
    """Yield the rows of a text file. Raises Refused past a limit or at a broken quote."""
    stream = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        sample = stream.read(65_536)
        stream.seek(0)
        mark = separator_of(sample[: sample.rfind("\n") + 1] or sample)
        csv.field_size_limit(limits.cell_chars)
        cells = 0
        count = 0
        for row in csv.reader(stream, delimiter=mark, strict=False):
            count += 1
            cells += len(row)
            if count > limits.rows:
                raise Refused(f"文件超过 {limits.rows} 行，请分成几个文件上传")
            if len(row) > limits.columns:
                raise Refused(
                    f"第 {count} 行有 {len(row)} 列，最多 {limits.columns} 列，请删除多余的列"
                )
            if cells > limits.cells:
                raise Refused("单元格过多，请分成几个文件上传")
            yield row
    except csv.Error:
        raise Refused(
            f"第 {count + 1} 行的引号不成对或内容过长，请用 Excel 打开检查后另存为 .xlsx 再上传"
        ) from None
    except UnicodeError:
        raise Refused(_ENCODING) from None
    finally:
        stream.detach()
