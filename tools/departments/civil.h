/* The civil registry. */
#ifndef DEPARTMENTS_CIVIL_H
#define DEPARTMENTS_CIVIL_H

#include "calendar.h"
#include "communes.h"
#include "department.h"
#include "names.h"

enum civil_column {
    CIVIL_ID,
    CIVIL_CCCD,
    CIVIL_CMND,
    CIVIL_NAME,
    CIVIL_BIRTH,
    CIVIL_SEX,
    CIVIL_ETHNIC,
    CIVIL_RELIGION,
    CIVIL_COMMUNE,
    CIVIL_ADDRESS,
    CIVIL_PHONE,
    CIVIL_HOUSEHOLD,
    CIVIL_RELATION,
    CIVIL_LIFE,
    CIVIL_SAVED,
    CIVIL_COLUMNS,
};

/* Who somebody is, whatever the registry's row says about it. */
struct person {
    struct name name;
    struct date birth;
    bool female;
    bool has_cccd;
    /* This row repeats the person of another row. */
    bool twin;
    char cccd[13];
    uint64_t household;
    unsigned member;
    unsigned age_group;
    size_t commune;
};

void civil_person(const struct world *world, uint64_t id, struct person *person);

/* The number of households, counted from 0, whose head is among the registered people. */
uint64_t civil_household_count(const struct world *world);

/* The id of a household's head, always an adult with a CCCD number. */
uint64_t civil_head(uint64_t household);

#endif
