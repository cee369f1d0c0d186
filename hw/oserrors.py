"""What the operating system says when it refuses something, in both languages: it speaks English to a service."""

from __future__ import annotations

import errno
import os

from hw.messages import Message

_CHINESE = {
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件过大",
    errno.EIO: "输入输出错误",
    errno.EROFS: "磁盘只读",
    errno.EACCES: "没有权限",
    errno.EPERM: "操作不被允许",
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOTDIR: "不是文件夹",
    errno.EISDIR: "是文件夹",
    errno.EEXIST: "文件已存在",
    errno.ENODEV: "设备不存在",
    errno.ENXIO: "设备不存在",
    errno.EBUSY: "设备或资源忙",
    errno.ESTALE: "网络磁盘已失效",
    errno.ETIMEDOUT: "超时",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方断开",
    errno.EHOSTUNREACH: "无法到达该主机",
    errno.ENETUNREACH: "网络不可达",
    errno.EADDRINUSE: "地址已被占用",
    errno.EMFILE: "打开的文件过多",
    errno.ENOMEM: "内存不足",
    errno.ENAMETOOLONG: "文件名过长",
}


def system_words(error: OSError) -> Message:
    """Why, and of which file if it says so; an error without a Chinese word here keeps the system's own."""
    why = error.strerror or str(error)
    known = _CHINESE.get(error.errno or 0, why)
    if error.filename is None:
        return Message(why, known)
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    return Message(f"{why}: {name}", f"{known}：{name}")
