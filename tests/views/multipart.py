"""Forms with files as they stand on the wire, so that tests decide about order, ends and bytes."""

CONTENT_TYPE = "multipart/form-data; boundary=b"


def field_part(name: str, value: str) -> bytes:
    """Return a field."""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file_head(name: str) -> bytes:
    """Return what stands before a file's bytes; browsers write quotes and ends of lines in names as %22 and so on."""
    escaped = name.replace('"', "%22").replace("\\", "\\\\")
    return f'--b\r\nContent-Disposition: form-data; name="file"; filename="{escaped}"\r\n\r\n'.encode()


def file_part(name: str, content: bytes) -> bytes:
    """Return a file of the field ``file``."""
    return file_head(name) + content + b"\r\n"


def closed(*parts: bytes) -> bytes:
    """Return the whole form."""
    return b"".join(parts) + b"--b--\r\n"
