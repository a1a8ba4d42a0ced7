"""Which host is called, and which addresses it may stand for: I7, S16."""

import ipaddress

import pytest

from unipile.endpoint import DsnError, PinnedResolver, endpoint_from_dsn, may_be_called


@pytest.mark.parametrize(
    ("dsn", "origin", "is_loopback"),
    [
        ("api8.unipile.com:13443", "https://api8.unipile.com:13443", False),
        (" https://api8.unipile.com:13443/ ", "https://api8.unipile.com:13443", False),
        ("https://api8.unipile.com/api/v1/", "https://api8.unipile.com:443", False),
        ("https://API8.unipile.com", "https://api8.unipile.com:443", False),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010", True),
        ("http://localhost:4010", "http://localhost:4010", True),
        ("http://[::1]:4010", "http://[::1]:4010", True),
        ("https://127.0.0.1:4010", "https://127.0.0.1:4010", True),
        ("https://[2606:4700::1111]:443", "https://[2606:4700::1111]:443", False),
    ],
)
def test_a_dsn_names_one_origin(dsn, origin, is_loopback):
    endpoint = endpoint_from_dsn(dsn)
    assert (endpoint.origin, endpoint.is_loopback) == (origin, is_loopback)
    assert endpoint.api_base == origin + "/api/v1"


@pytest.mark.parametrize(
    "dsn",
    [
        *("", " ", "https://", "http://api8.unipile.com", "http://10.0.0.1:4010", "ftp://api8.unipile.com"),
        *("file:///etc/passwd", "gopher://127.0.0.1:6379", "https://api8.unipile.com@evil.example"),
        *(
            "https://key@api8.unipile.com",
            "https://api8.unipile.com/other",
            "https://api8.unipile.com?port=1",
        ),
        *("https://api8.unipile.com#x", "https://api8.unipile.com:99999", "https://api8.unipile.com:0"),
        *(
            "https://api8.unipile.com:port",
            "https://10.0.0.1",
            "https://192.168.1.1",
            "https://169.254.169.254",
        ),
        *("https://0.0.0.0", "https://[::]", "https://[fe80::1]", "https://[fd00::1]", "https://224.0.0.1"),
        *("https://[::ffff:10.0.0.1]", "https://2130706433", "https://0x7f000001", "https://0x7f.1"),
        *(
            "https://127.1",
            "https://017700000001",
            "https://example.0x7f",
            "https://a b",
            "https://-x.example",
        ),
        *("https://ünïpile.com", "https://x_y.example", "https://[::1", "https://[2002:7f00:1::]"),
    ],
)
def test_i7_anything_else_is_refused_with_a_sentence(dsn):
    with pytest.raises(DsnError, match=r"^The DSN.*\.$"):
        endpoint_from_dsn(dsn)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.1", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:db8::1",
        ),
    ],
)
async def test_i7_a_name_that_stands_for_such_an_address_is_refused(address):
    assert not may_be_called(ipaddress.ip_address(address), is_loopback=False)

    async def resolve(_host, _port):
        return ["1.1.1.1", address]

    resolver = PinnedResolver(endpoint_from_dsn("api8.unipile.com:13443"), resolve)
    with pytest.raises(OSError, match="not a public address"):
        await resolver.resolve("api8.unipile.com", 13443)


async def test_public_addresses_are_used_as_resolved():
    async def resolve(_host, _port):
        return ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"]

    resolver = PinnedResolver(endpoint_from_dsn("api8.unipile.com:13443"), resolve)
    results = await resolver.resolve("api8.unipile.com", 13443)
    assert [(result["host"], result["port"]) for result in results] == [
        ("1.1.1.1", 13443),
        ("2606:4700::1111", 13443),
        ("::ffff:101:101", 13443),
    ]


async def test_no_other_host_is_ever_resolved():
    async def resolve(_host, _port):
        raise AssertionError("asked the system")

    resolver = PinnedResolver(endpoint_from_dsn("api8.unipile.com:13443"), resolve)
    with pytest.raises(OSError, match="not the configured host"):
        await resolver.resolve("evil.example", 13443)


async def test_this_machines_name_may_stand_for_this_machine_only():
    async def resolve(_host, _port):
        return ["127.0.0.1", "1.1.1.1"]

    resolver = PinnedResolver(endpoint_from_dsn("http://localhost:4010"), resolve)
    with pytest.raises(OSError, match=r"1\.1\.1\.1"):
        await resolver.resolve("localhost", 4010)
    results = await PinnedResolver(endpoint_from_dsn("http://localhost:4010")).resolve("localhost", 4010)
    assert {ipaddress.ip_address(result["host"]).is_loopback for result in results} == {True}
