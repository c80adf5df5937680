/* What waits to be sent again: its order, its copies, and its end. */
#include "relay/media/repair-queue.h"

static void
push(CcRepairQueue *queue, gint64 number, guint8 copies)
{
    CcRepair repair = {.number = number, .bytes = 100, .copies = copies};
    g_assert_true(cc_repair_queue_push(queue, &repair));
}

static void
check_next(CcRepairQueue *queue, gint64 number)
{
    CcRepair repair;
    g_assert_true(cc_repair_queue_pop(queue, &repair));
    g_assert_cmpint(repair.number, ==, number);
}

static void
test_order(void)
{
    CcRepairQueue queue = {0};
    CcRepair none;
    g_assert_false(cc_repair_queue_pop(&queue, &none));
    push(&queue, 7, 1);
    push(&queue, 5, 1);
    check_next(&queue, 7);
    push(&queue, 9, 1);
    check_next(&queue, 5);
    check_next(&queue, 9);
    g_assert_cmpuint(queue.bytes, ==, 0);
    g_assert_false(cc_repair_queue_pop(&queue, &none));
}

/* Behind all that waits, so that they are not lost together. */
static void
test_copies(void)
{
    CcRepairQueue queue = {0};
    push(&queue, 1, 2);
    push(&queue, 2, 2);
    push(&queue, 3, 1);
    g_assert_cmpuint(queue.bytes, ==, 500);
    static const gint64 order[] = {1, 2, 3, 1, 2};
    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        check_next(&queue, order[i]);
    g_assert_cmpuint(queue.n, ==, 0);
    g_assert_cmpuint(queue.bytes, ==, 0);
}

static void
test_asked_twice(void)
{
    CcRepairQueue queue = {0};
    CcRepair other = {.number = 1, .bytes = 100, .stream = 1, .copies = 1};
    push(&queue, 1, 1);
    push(&queue, 1, 1);
    g_assert_cmpuint(queue.n, ==, 1);
    g_assert_true(cc_repair_queue_push(&queue, &other)); /* another stream's number */
    g_assert_cmpuint(queue.n, ==, 2);
}

static void
test_full(void)
{
    CcRepairQueue queue = {0};
    for (gint64 i = 0; i < CC_REPAIR_QUEUE_MAX; i++)
        push(&queue, i, 2);
    CcRepair more = {.number = 1000, .bytes = 100, .copies = 1};
    g_assert_false(cc_repair_queue_push(&queue, &more));
    for (gint64 i = 0; i < 2 * CC_REPAIR_QUEUE_MAX; i++)
        check_next(&queue, i % CC_REPAIR_QUEUE_MAX);
    g_assert_true(cc_repair_queue_push(&queue, &more));
}

/* What a flood took is not waited for; what came after it, while that is remembered, is. */
static void
test_flood(void)
{
    const gint64 flood_us = 5 * G_USEC_PER_SEC, soon_us = flood_us + 300000;
    gint64 usual_us = cc_repair_queue_most_wait_us(soon_us, 0, soon_us);
    g_assert_cmpint(usual_us, >=, 500000);
    g_assert_cmpint(cc_repair_queue_most_wait_us(flood_us - 100000, flood_us, soon_us), <, 100000);
    g_assert_cmpint(cc_repair_queue_most_wait_us(flood_us + 100000, flood_us, soon_us), ==,
                    usual_us);
    g_assert_cmpint(cc_repair_queue_most_wait_us(flood_us - 100000, flood_us, flood_us + 1100000),
                    ==, usual_us);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/repair-queue/order", test_order);
    g_test_add_func("/repair-queue/copies", test_copies);
    g_test_add_func("/repair-queue/asked-twice", test_asked_twice);
    g_test_add_func("/repair-queue/full", test_full);
    g_test_add_func("/repair-queue/flood", test_flood);
    return g_test_run();
}
