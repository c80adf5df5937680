#include "relay/control/participant-json.h"

void
cc_json_add_participant(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us)
{
    cc_json_add_string(builder, "id", participant->id);
    cc_json_add_string(builder, "role", cc_role_to_string(participant->role));
    cc_json_add_string(builder, "name", participant->name);
    cc_json_add_boolean(builder, "connected", participant->connected);
    if (participant->seat == CC_SEAT_WATCHES && participant->role == CC_ROLE_CLASSROOM) {
        cc_json_add_boolean(builder, "ready", participant->ready);
    }
    if (participant->hand_us != 0)
        cc_json_add_hand(builder, participant, now_us);
}

void
cc_json_add_hand(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us)
{
    cc_json_add_int_if(builder, "hand_ms", participant->hand_us != 0,
                       (now_us - participant->hand_us) / 1000);
}
