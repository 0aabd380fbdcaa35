/* Writes the moment (CLOCK_MONOTONIC, nanoseconds) into a file and becomes the program. usage: stamp FILE PROGRAM... */
#include "common.h"

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    FILE *file = fopen(argv[1], "we");
    if (file == NULL) die(argv[1]);
    fprintf(file, "%lld\n", (long long) now_ns());
    fclose(file);
    execvp(argv[2], argv + 2);
    die(argv[2]);
}
