/* The table of every configuration key: what it is called, what it may hold, what it means when it
 * is absent. Validation, defaults, `classcast config --example` and configs/classcast.conf all come
 * from it. Constant data; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_CONFIG_STRING,
    CC_CONFIG_LIST, /* strings with ';' between them */
    CC_CONFIG_INT,
    CC_CONFIG_BOOL,   /* true or false */
    CC_CONFIG_CHOICE, /* a string out of @choices */
} CcConfigType;

/* What a string, or each string of a list, must look like. */
typedef enum {
    CC_CONFIG_ANY,
    CC_CONFIG_ADDRESS,  /* an IPv4 or IPv6 literal */
    CC_CONFIG_HOST,     /* an IP literal or a host name */
    CC_CONFIG_HTTP_URL, /* http:// or https:// and a host */
    CC_CONFIG_ICE_URL,  /* stun: stuns: turn: turns: (RFC 7064, RFC 7065) */
    CC_CONFIG_TURN_URL, /* turn: turns: */
    CC_CONFIG_SECRET,   /* at least 16 bytes */
    CC_CONFIG_ORIGIN,   /* "*" or scheme://host[:port] (RFC 6454) */
    CC_CONFIG_EVEN,     /* an even number, as 4:2:0 pictures need */
    CC_CONFIG_ONE_OF,   /* one of @choices; for lists and numbers */
} CcConfigShape;

typedef struct {
    const char *section;
    const char *key;
    CcConfigType type;
    const char *default_text; /* as it would stand in a file */
    CcConfigShape shape;
    int min, max;        /* CC_CONFIG_INT */
    const char *choices; /* "a|b|c" for CC_CONFIG_CHOICE and CC_CONFIG_ONE_OF, else NULL */
    gboolean secret;     /* never shown */
    const char *doc;     /* N_("…"): what it does, with its unit */
} CcConfigKey;

extern const CcConfigKey cc_config_keys[];
extern const guint cc_config_n_keys;

typedef struct {
    const char *name;
    const char *doc; /* N_("…") */
} CcConfigSection;

/* In the order of the example file; ends with an entry whose name is NULL. */
extern const CcConfigSection cc_config_sections[];

/* Shortest length in bytes of a token secret: 128 bits if it is random. */
#define CC_CONFIG_SECRET_MIN_BYTES 16

/* The index of a key in cc_config_keys, or -1. */
int cc_config_schema_find(const char *section, const char *key);
gboolean cc_config_schema_has_section(const char *section);

/* The known name that @name was probably meant to be, or NULL: sections if @section is NULL, else
 * the keys of @section. */
const char *cc_config_schema_suggest(const char *section, const char *name);

/* Another section that has @key, or NULL. */
const char *cc_config_schema_section_with(const char *key);

/* The documented example file with every key commented out at its default, in the user's language.
 * (transfer full) */
char *cc_config_schema_example(void);

G_END_DECLS
