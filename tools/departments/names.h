/* Invented names, streets and telephone numbers. */
#ifndef DEPARTMENTS_NAMES_H
#define DEPARTMENTS_NAMES_H

#include "cell.h"
#include "random.h"

/* An invented person's name; middle may be empty. */
struct name {
    const char *surname;
    const char *middle;
    const char *given;
};

const char *names_surname(struct random *random);

/* Draws middle and given name and leaves the surname alone. */
void names_draw(struct random *random, bool female, struct name *name);

/* Draws a name with Đ, with a letter beyond Latin-1 and with a movable tone mark (Thủy). */
void names_draw_marked(struct random *random, bool female, struct name *name);

void names_put(struct cell *cell, const struct name *name);

/* Appends a mobile number in the form of today; equal draws with other turns differ. */
void names_put_phone(struct cell *cell, struct random *random, uint64_t turn);

/* Appends a house address without its commune; other turns give other house numbers. */
void names_put_street(struct cell *cell, struct random *random, bool urban, uint64_t turn);

#endif
