/* libFuzzer's door to fuzz_csv(): `make fuzz`. */
#include "../support/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_csv(data, size);
    return 0;
}
