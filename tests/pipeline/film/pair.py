"""A certificate and a key to sign with, made for one test."""

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipeline.model import Credentials


def pair(folder: Path) -> Credentials:
    """Return a throwaway authority's certificate for a throwaway key, written into a folder."""
    now, pem = dt.datetime.now(dt.UTC), serialization.Encoding.PEM
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def named(name: str) -> x509.Name:
        parts = {NameOID.COMMON_NAME: name, NameOID.ORGANIZATION_NAME: "tester"}
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts.items()])

    def begun(name: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        built = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("root"))
        built = built.public_key(public).serial_number(x509.random_serial_number())
        built = built.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(
            now + dt.timedelta(days=30)
        )
        return built.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)

    def usage(*, signs_others: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=signs_others, crl_sign=signs_others, encipher_only=False,
            decipher_only=False,
        )  # fmt: skip

    root = begun("root", root_key.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    root = root.add_extension(usage(signs_others=True), critical=True)
    leaf = begun("films", key.public_key())
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(usage(signs_others=False), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = leaf.add_extension(issued_by, critical=False)
    chain = [built.sign(root_key, hashes.SHA256()).public_bytes(pem) for built in (leaf, root)]
    (folder / "chain.pem").write_bytes(b"".join(chain))
    shape, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, shape, bare))
    return Credentials(certificate=folder / "chain.pem", key=folder / "key.pem")
