#include "common/rate/repair-credit.h"

#define MS 1000

/* How many of @asked packets are sent again. */
static guint
take(CcRepairCredit *credit, guint asked, guint estimate_bps, gint64 queue_us, gint64 now_us)
{
    guint n = 0;
    for (guint i = 0; i < asked; i++)
        n += cc_repair_credit_take(credit, estimate_bps, queue_us, now_us);
    return n;
}

/* Whose link is not known, or wide enough, gets what it asks for, up to some hundred a second. */
static void
test_wide(void)
{
    CcRepairCredit credit = {.packets = CC_REPAIR_CREDIT_BURST};
    gint64 now_us = 7 * G_USEC_PER_SEC;
    g_assert_cmpuint(take(&credit, 1000, 0, 0, now_us), ==, CC_REPAIR_CREDIT_BURST);
    now_us += 100 * MS;
    g_assert_cmpuint(take(&credit, 1000, 0, 0, now_us), ==, CC_REPAIR_CREDIT_RATE / 10);
    now_us += 10 * G_USEC_PER_SEC;
    g_assert_cmpuint(take(&credit, 1000, 0, 0, now_us), ==, CC_REPAIR_CREDIT_BURST);
}

/* A narrow one that asks for everything again and again keeps its link for the voice. */
static void
test_narrow(void)
{
    CcRepairCredit credit = {.packets = CC_REPAIR_CREDIT_BURST};
    gint64 now_us = 7 * G_USEC_PER_SEC;
    guint n = 0;
    for (guint i = 0; i < 100; i++, now_us += 100 * MS)
        n += take(&credit, 10, 24000, 250 * MS, now_us);
    g_assert_cmpuint(n, >=, 10);
    g_assert_cmpuint(n, <=, 24);
}

/* A third of a second of voice is lost where a link falls from 1 Mbit/s to 150 kbit/s: it comes at
 * once, though the queue is long; and not again and again. */
static void
test_fall(void)
{
    CcRepairCredit credit = {.packets = CC_REPAIR_CREDIT_BURST};
    gint64 now_us = 7 * G_USEC_PER_SEC;
    g_assert_cmpuint(take(&credit, 15, 150000, 300 * MS, now_us), ==, 15);
    now_us += 500 * MS;
    g_assert_cmpuint(take(&credit, 50, 150000, 300 * MS, now_us), <=, 15);
    now_us += 1000 * MS;
    g_assert_cmpuint(take(&credit, 50, 150000, 300 * MS, now_us), <=, 8);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/repair-credit/wide", test_wide);
    g_test_add_func("/rate/repair-credit/narrow", test_narrow);
    g_test_add_func("/rate/repair-credit/fall", test_fall);
    return g_test_run();
}
