/* A netstat.exe that nobody should run, and one that does not end: says that it ran, and sleeps. */

#include <stdio.h>
#include <windows.h>

int main(void)
{
    FILE *file = fopen("C:\\decoy-ran", "w");
    if (file)
        fclose(file);
    Sleep(60000);
    return 0;
}
