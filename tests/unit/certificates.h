/* Certificates signed by themselves, and keys, for what is to be said of TLS files. */
#pragma once

#include <glib.h>

static const char certificates_key[] G_GNUC_UNUSED =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1TuSfMiMzT9beTzy\n"
    "3gYrpT7j/n3an4VR9bRdOS9TCcyhRANCAAS60x1Ph85jXWfAptkieE2PKuXCLlkF\n"
    "xrDsVlXc2DtT2/XS8JT8riYe6/Jrbp37P40Lfe/7EahZrcctTxWBjZUB\n"
    "-----END PRIVATE KEY-----\n";

/* Of no certificate here but the stranger's. */
static const char certificates_other_key[] G_GNUC_UNUSED =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfL0kvIAC5zLpc+Sb\n"
    "09JLisSf4PH1TJQi/f0bAAYT9PehRANCAASz6JW/X1/YF2rd5SpJCmBoDjkOrCy1\n"
    "VKSYkyfhy4s+TxAr3urilsQpXa7gJEYVIHliJYj0q94nk0F3Mj9tj5xz\n"
    "-----END PRIVATE KEY-----\n";

/* Knows none of the others. */
static const char certificates_stranger[] G_GNUC_UNUSED =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfzCCASWgAwIBAgIUf/lvuQ+xXIyB4hafG1BVS3f/BgEwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMjIxMTA0MloYDzIxMjUwNjE2\n"
    "MjExMDQyWjAUMRIwEAYDVQQDDAlhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAASz6JW/X1/YF2rd5SpJCmBoDjkOrCy1VKSYkyfhy4s+TxAr3urilsQp\n"
    "Xa7gJEYVIHliJYj0q94nk0F3Mj9tj5xzo1MwUTAdBgNVHQ4EFgQUeKefsETT3Knn\n"
    "7OKRDXKHY0I3O4EwHwYDVR0jBBgwFoAUeKefsETT3Knn7OKRDXKHY0I3O4EwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBOGHEZncSfJKqKccOMTswe\n"
    "PAS/jDFr+2RG1+L/OqIv9AIhAIIJznVXzD36qrUGTZtwO/ALd6HyhWxSYZZPpA1w\n"
    "mxKK\n"
    "-----END CERTIFICATE-----\n";

/* Those that follow are of certificates_key: for 127.0.0.1, from 2025 to 2123; */
static const char certificates_good[] G_GNUC_UNUSED =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBQzCB6aADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBXJlbGF5MCAX\n"
    "DTI1MDEwMTAwMDAwMFoYDzIxMjQwMTAxMDAwMDAwWjAQMQ4wDAYDVQQDDAVyZWxh\n"
    "eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLrTHU+HzmNdZ8Cm2SJ4TY8q5cIu\n"
    "WQXGsOxWVdzYO1Pb9dLwlPyuJh7r8mtunfs/jQt97/sRqFmtxy1PFYGNlQGjMjAw\n"
    "MA8GA1UdEQQIMAaHBH8AAAEwHQYDVR0OBBYEFJafXcIuf+sDvQ7vWON8DDZwOV42\n"
    "MAoGCCqGSM49BAMCA0kAMEYCIQCHurndF23j4e7POJJY7Ngvp+GFAiF/WR1nIhjh\n"
    "GiCinAIhAMcLJ5mGAM7ZoS/p4i7nzYGXxWEcqAM1UU/Ya+eDMpBV\n"
    "-----END CERTIFICATE-----\n";

/* for relay.example; */
static const char certificates_other_name[] G_GNUC_UNUSED =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBSjCB8qADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBXJlbGF5MCAX\n"
    "DTI1MDEwMTAwMDAwMFoYDzIxMjQwMTAxMDAwMDAwWjAQMQ4wDAYDVQQDDAVyZWxh\n"
    "eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLrTHU+HzmNdZ8Cm2SJ4TY8q5cIu\n"
    "WQXGsOxWVdzYO1Pb9dLwlPyuJh7r8mtunfs/jQt97/sRqFmtxy1PFYGNlQGjOzA5\n"
    "MBgGA1UdEQQRMA+CDXJlbGF5LmV4YW1wbGUwHQYDVR0OBBYEFJafXcIuf+sDvQ7v\n"
    "WON8DDZwOV42MAoGCCqGSM49BAMCA0cAMEQCIDGILvLeLAAbC2qibch/1Yh0uN7s\n"
    "Z1qP4yMNQ6CmhPNGAiA8monOmA2b1F0SogugRKuEgAYbUFAExbP9lTisqY7kkw==\n"
    "-----END CERTIFICATE-----\n";

/* until 2020; */
static const char certificates_expired[] G_GNUC_UNUSED =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBQTCB56ADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBXJlbGF5MB4X\n"
    "DTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowEDEOMAwGA1UEAwwFcmVsYXkw\n"
    "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS60x1Ph85jXWfAptkieE2PKuXCLlkF\n"
    "xrDsVlXc2DtT2/XS8JT8riYe6/Jrbp37P40Lfe/7EahZrcctTxWBjZUBozIwMDAP\n"
    "BgNVHREECDAGhwR/AAABMB0GA1UdDgQWBBSWn13CLn/rA70O71jjfAw2cDleNjAK\n"
    "BggqhkjOPQQDAgNJADBGAiEA3GZISE/hYGtYuLTqBWCbzjsSs0Kpan3dqEAuJuVV\n"
    "Wr4CIQDmxqFqJSYm1MZVbG9W+9zIh6uewH99mdc0ijNnVv8vBQ==\n"
    "-----END CERTIFICATE-----\n";

/* from 2123 on. */
static const char certificates_future[] G_GNUC_UNUSED =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBRTCB66ADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBXJlbGF5MCIY\n"
    "DzIxMjMwMTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMBAxDjAMBgNVBAMMBXJl\n"
    "bGF5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEutMdT4fOY11nwKbZInhNjyrl\n"
    "wi5ZBcaw7FZV3Ng7U9v10vCU/K4mHuvya26d+z+NC33v+xGoWa3HLU8VgY2VAaMy\n"
    "MDAwDwYDVR0RBAgwBocEfwAAATAdBgNVHQ4EFgQUlp9dwi5/6wO9Du9Y43wMNnA5\n"
    "XjYwCgYIKoZIzj0EAwIDSQAwRgIhAPHFBcAAFha8qyfh73684vtngZ6yCWsORK2g\n"
    "My+nfbOnAiEA+vlM0550MgGmzQm3JW30wVvwibJE45lJ+O0keiFQkts=\n"
    "-----END CERTIFICATE-----\n";
