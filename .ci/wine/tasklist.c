/* Stands in for tasklist.exe of Windows, for the tests of live mode under Wine: `tasklist /fo csv` and
 * `tasklist /svc /fo csv`, in the layout and the code page of Windows.
 *
 * Wine's own prints nothing. Prints the processes of the tool-help snapshot and the services of the service
 * manager: nothing is made up, so there is neither `System Idle Process` nor `System`.
 */

#include "processes.h"
#include <psapi.h>
#include <string.h>

static ENUM_SERVICE_STATUS_PROCESSW *services;
static DWORD service_count;

static void find_services(void)
{
    DWORD needed = 0, resume = 0;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    if (!manager) {
        fprintf(stderr, "ERROR: no service manager: %lu\n", GetLastError());
        exit(1);
    }
    EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE, NULL, 0, &needed,
                          &service_count, &resume, NULL);
    services = malloc(needed);
    resume = 0;
    if (!EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE, (BYTE *)services,
                               needed, &needed, &service_count, &resume, NULL)) {
        fprintf(stderr, "ERROR: no list of services: %lu\n", GetLastError());
        exit(1);
    }
    CloseServiceHandle(manager);
}

/* In the OEM code page, as Windows writes into a pipe. */
static void print_text(const WCHAR *text)
{
    char bytes[MAX_PATH * 4];
    if (WideCharToMultiByte(CP_OEMCP, 0, text, -1, bytes, sizeof bytes, NULL, NULL))
        fputs(bytes, stdout);
}

static void print_number(unsigned long number)
{
    if (number >= 1000) {
        print_number(number / 1000);
        printf(",%03lu", number % 1000);
    } else {
        printf("%lu", number);
    }
}

static void print_image_and_pid(const PROCESSENTRY32W *process)
{
    putchar('"');
    print_text(process->szExeFile);
    printf("\",\"%lu\",\"", process->th32ProcessID);
}

static void print_process(const PROCESSENTRY32W *process)
{
    PROCESS_MEMORY_COUNTERS memory = { .cb = sizeof memory };
    DWORD session = 0;
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process->th32ProcessID);
    ProcessIdToSessionId(process->th32ProcessID, &session);
    print_image_and_pid(process);
    printf("%s\",\"%lu\",\"", session ? "Console" : "Services", session);
    if (handle && GetProcessMemoryInfo(handle, &memory, sizeof memory)) {
        print_number((unsigned long)(memory.WorkingSetSize / 1024));
        puts(" K\"");
    } else {
        puts("N/A\"");
    }
    if (handle)
        CloseHandle(handle);
}

static void print_services(const PROCESSENTRY32W *process)
{
    int found = 0;
    print_image_and_pid(process);
    for (DWORD i = 0; i < service_count; i++) {
        if (services[i].ServiceStatusProcess.dwProcessId != process->th32ProcessID)
            continue;
        if (found++)
            putchar(',');
        print_text(services[i].lpServiceName);
    }
    puts(found ? "\"" : "N/A\"");
}

/* stdout is in text mode: \n is written as CR LF. */
int main(int count, char **arguments)
{
    if (count == 3 && !strcmp(arguments[1], "/fo") && !strcmp(arguments[2], "csv")) {
        puts("\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\"");
        each_process(print_process);
    } else if (count == 4 && !strcmp(arguments[1], "/svc") && !strcmp(arguments[2], "/fo")
               && !strcmp(arguments[3], "csv")) {
        puts("\"Image Name\",\"PID\",\"Services\"");
        find_services();
        each_process(print_services);
    } else {
        fputs("this stand-in for tasklist knows `/fo csv` and `/svc /fo csv` and nothing else\n", stderr);
        return 1;
    }
    return 0;
}
