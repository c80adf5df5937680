#include "relay/control/json-member.h"

void
cc_json_add_string(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value != NULL)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void
cc_json_add_participant(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us)
{
    cc_json_add_string(builder, "id", participant->id);
    cc_json_add_string(builder, "role", cc_role_to_string(participant->role));
    cc_json_add_string(builder, "name", participant->name);
    json_builder_set_member_name(builder, "connected");
    json_builder_add_boolean_value(builder, participant->connected);
    if (participant->seat == CC_SEAT_WATCHES && participant->role == CC_ROLE_CLASSROOM) {
        json_builder_set_member_name(builder, "ready");
        json_builder_add_boolean_value(builder, participant->ready);
    }
    if (participant->hand_us != 0)
        cc_json_add_hand(builder, participant, now_us);
}

void
cc_json_add_hand(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us)
{
    json_builder_set_member_name(builder, "hand_ms");
    if (participant->hand_us != 0)
        json_builder_add_int_value(builder, (now_us - participant->hand_us) / 1000);
    else
        json_builder_add_null_value(builder);
}
