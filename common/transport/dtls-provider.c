#include "common/transport/dtls-provider.h"

#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <openssl/provider.h>

#define PROVIDER "classcast-dtls"
#define MAX_ALGORITHMS 24

/* Of certificates (the first ones), of what is agreed upon, and of its derivation. */
static const char *const certificate_keys[] = {"EC", "RSA", NULL};
static const char *const other_keys[] = {"X25519", "HKDF", "TLS1-PRF", NULL};

/* Ends with an entry without names. Written before the library context is known to anybody. */
static OSSL_ALGORITHM keys[MAX_ALGORITHMS], decoders[MAX_ALGORITHMS];

/* An algorithm has several names, with colons between them; the first is what we know it by. */
static gboolean
is_one_of(const OSSL_ALGORITHM *algorithm, const char *const *names)
{
    for (; *names; names++) {
        gsize length = strlen(*names);
        char end = algorithm->algorithm_names[length];
        if (g_ascii_strncasecmp(algorithm->algorithm_names, *names, length) == 0 &&
            (end == ':' || end == '\0'))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_needed_key(const OSSL_ALGORITHM *algorithm)
{
    return is_one_of(algorithm, certificate_keys) || is_one_of(algorithm, other_keys);
}

static gboolean
is_needed_decoder(const OSSL_ALGORITHM *algorithm)
{
    const char *properties = algorithm->property_definition;
    return is_one_of(algorithm, certificate_keys) && strstr(properties, "input=der") &&
           strstr(properties, "structure=SubjectPublicKeyInfo");
}

static void
choose(OSSL_PROVIDER *all, int operation, gboolean (*is_needed)(const OSSL_ALGORITHM *),
       OSSL_ALGORITHM chosen[MAX_ALGORITHMS])
{
    int no_cache;
    guint n = 0;
    const OSSL_ALGORITHM *i = OSSL_PROVIDER_query_operation(all, operation, &no_cache);
    for (; i && i->algorithm_names; i++) {
        if (is_needed(i) && n + 1 < MAX_ALGORITHMS)
            chosen[n++] = *i;
    }
}

/* The provider's own functions; the algorithms are OpenSSL's, with OpenSSL's context. */
static OSSL_PROVIDER *openssl;

static const OSSL_ALGORITHM *
on_query(void *context, int operation, int *no_cache)
{
    *no_cache = 0;
    if (operation == OSSL_OP_KEYMGMT)
        return keys;
    if (operation == OSSL_OP_DECODER)
        return decoders;
    return OSSL_PROVIDER_query_operation(openssl, operation, no_cache);
}

static int
on_get_capabilities(void *context, const char *capability, OSSL_CALLBACK *callback, void *argument)
{
    return OSSL_PROVIDER_get_capabilities(openssl, capability, callback, argument);
}

static int
on_get_params(void *context, OSSL_PARAM params[])
{
    return OSSL_PROVIDER_get_params(openssl, params);
}

static int
on_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core, const OSSL_DISPATCH **functions,
        void **context)
{
    static const OSSL_DISPATCH own[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))on_query},
        {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))on_get_capabilities},
        {OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))on_get_params},
        {0, NULL},
    };
    *functions = own;
    *context = OSSL_PROVIDER_get0_provider_ctx(openssl);
    return 1;
}

static OSSL_LIB_CTX *
make_library(void)
{
    if (OPENSSL_version_major() != 3 || OPENSSL_version_minor() >= 2 ||
        EVP_default_properties_is_fips_enabled(NULL) || !OSSL_PROVIDER_available(NULL, "default"))
        return NULL;
    openssl = OSSL_PROVIDER_try_load(NULL, "default", 1);
    if (!openssl)
        return NULL;
    choose(openssl, OSSL_OP_KEYMGMT, is_needed_key, keys);
    choose(openssl, OSSL_OP_DECODER, is_needed_decoder, decoders);
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    if (!library || OSSL_PROVIDER_add_builtin(library, PROVIDER, on_init) != 1 ||
        !OSSL_PROVIDER_load(library, PROVIDER))
        g_error("OpenSSL is out of memory");
    return library;
}

OSSL_LIB_CTX *
cc_dtls_library(void)
{
    static OSSL_LIB_CTX *library;
    static gsize once;
    if (g_once_init_enter(&once)) {
        library = make_library();
        g_once_init_leave(&once, 1);
    }
    return library;
}
