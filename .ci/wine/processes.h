/* The processes there are, from the tool-help snapshot; for the stand-ins of tasklist and netstat. */

#include <windows.h>
#include <tlhelp32.h>
#include <stdio.h>
#include <stdlib.h>

static inline void each_process(void (*take)(const PROCESSENTRY32W *))
{
    PROCESSENTRY32W process = { .dwSize = sizeof process };
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE || !Process32FirstW(snapshot, &process)) {
        fprintf(stderr, "ERROR: no snapshot of the processes: %lu\n", GetLastError());
        exit(1);
    }
    do
        take(&process);
    while (Process32NextW(snapshot, &process));
    CloseHandle(snapshot);
}
