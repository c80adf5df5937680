/* What the m-lines of a session carry, each kind counted from 0 (docs/protocol.md, Slots). */
#pragma once

#define CC_GUESTS 2      /* classrooms on the stage at a time */
#define CC_GRID_PLACES 6 /* small pictures that a teacher sees */

/* A teacher's tracks, and what everybody watches. */
#define CC_AUDIO_TEACHER 0
#define CC_AUDIO_GUESTS 1
#define CC_VIDEO_CAMERA 0
#define CC_VIDEO_SCREEN 1
#define CC_VIDEO_GUESTS 2
#define CC_VIDEO_GRID (CC_VIDEO_GUESTS + CC_GUESTS)

#define CC_TEACHER_VIDEOS 2 /* that she publishes */
#define CC_WATCHED_AUDIOS (CC_AUDIO_GUESTS + CC_GUESTS)
#define CC_WATCHED_VIDEOS (CC_VIDEO_GUESTS + CC_GUESTS)            /* by everybody */
#define CC_TEACHER_WATCHED_VIDEOS (CC_VIDEO_GRID + CC_GRID_PLACES) /* by who may teach */
