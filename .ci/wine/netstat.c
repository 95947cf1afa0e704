/* Stands in for netstat.exe of Windows, for the tests of live mode under Wine: `netstat -ano`.
 *
 * Wine's own has no PIDs and no listeners. Prints, in the layout of Windows, what listener.c wrote to the files
 * in C:\endpoints, where that process is still there: nothing is made up.
 */

#include "processes.h"
#include <string.h>

static DWORD pids[4096];
static size_t pid_count;

static void take_pid(const PROCESSENTRY32W *process)
{
    if (pid_count < sizeof pids / sizeof *pids)
        pids[pid_count++] = process->th32ProcessID;
}

static int is_running(unsigned long pid)
{
    for (size_t i = 0; i < pid_count; i++)
        if (pids[i] == pid)
            return 1;
    return 0;
}

/* Prints the rows of a file that are of this protocol and family. */
static void print_file(const char *name, const char *wanted, int wants_6)
{
    char path[MAX_PATH + 16], protocol[8], local[64], foreign[64], state[16];
    unsigned long pid;
    FILE *file;
    snprintf(path, sizeof path, "C:\\endpoints\\%s", name);
    file = fopen(path, "r");
    if (!file)
        return;
    while (fscanf(file, "%7s %63s %63s %15s %lu", protocol, local, foreign, state, &pid) == 5) {
        if (strcmp(protocol, wanted) || (local[0] == '[') != wants_6 || !is_running(pid))
            continue;
        if (!strcmp(state, "-"))
            state[0] = 0;
        printf("  %-5s  %-21s  %-21s  %-12s    %lu\n", protocol, local, foreign, state, pid);
    }
    fclose(file);
}

static void print_rows(const char *protocol, int is_6)
{
    WIN32_FIND_DATAA found;
    HANDLE search = FindFirstFileA("C:\\endpoints\\*.txt", &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do
        print_file(found.cFileName, protocol, is_6);
    while (FindNextFileA(search, &found));
    FindClose(search);
}

/* stdout is in text mode: \n is written as CR LF. */
int main(int count, char **arguments)
{
    if (count != 2 || strcmp(arguments[1], "-ano")) {
        fputs("this stand-in for netstat knows -ano and nothing else\n", stderr);
        return 1;
    }
    each_process(take_pid);
    printf("\nActive Connections\n\n");
    printf("  %-5s  %-21s  %-21s  %-12s    PID\n", "Proto", "Local Address", "Foreign Address", "State");
    print_rows("TCP", 0);
    print_rows("TCP", 1);
    print_rows("UDP", 0);
    print_rows("UDP", 1);
    return 0;
}
