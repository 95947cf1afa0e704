/* A program that opens sockets, for the tests of live mode under Wine.
 *
 *     listener FILE
 *
 * Opens TCP and UDP sockets for IPv4 and IPv6 on ports that are free, a connection to itself, and writes them
 * to FILE: "TCP 127.0.0.1:49152 0.0.0.0:0 LISTENING 52", one a line, the PID last. netstat.c prints them from
 * there, as Wine does not tell whose a socket is. Ends when FILE is removed, or after two minutes. Without IPv6
 * on the machine those lines are missing.
 */

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *report;

static void fail(const char *what)
{
    fprintf(stderr, "listener: %s: error %d\n", what, WSAGetLastError());
    exit(2);
}

/* 127.0.0.1:80, or [::1]:80, as netstat prints it. */
static void print_endpoint(const struct sockaddr_storage *address)
{
    char text[INET6_ADDRSTRLEN];
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        inet_ntop(AF_INET6, (void *)&in6->sin6_addr, text, sizeof text);
        fprintf(report, " [%s]:%u", text, ntohs(in6->sin6_port));
    } else {
        const struct sockaddr_in *in = (const void *)address;
        inet_ntop(AF_INET, (void *)&in->sin_addr, text, sizeof text);
        fprintf(report, " %s:%u", text, ntohs(in->sin_port));
    }
}

static void print_local(const char *protocol, SOCKET socket)
{
    struct sockaddr_storage address;
    int size = sizeof address;
    if (getsockname(socket, (void *)&address, &size))
        fail("getsockname");
    fputs(protocol, report);
    print_endpoint(&address);
}

static void print_connection(SOCKET socket)
{
    struct sockaddr_storage address;
    int size = sizeof address;
    if (getpeername(socket, (void *)&address, &size))
        fail("getpeername");
    print_local("TCP", socket);
    print_endpoint(&address);
    fprintf(report, " ESTABLISHED %lu\n", GetCurrentProcessId());
}

/* A socket bound to the loopback address and a free port; INVALID_SOCKET without the protocol. */
static SOCKET bound(int family, int type)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr.s6_addr[15] = 1 };
    int is_6 = family == AF_INET6;
    SOCKET made = socket(family, type, 0);
    if (made == INVALID_SOCKET)
        return made;
    if (bind(made, is_6 ? (void *)&in6 : (void *)&in, is_6 ? sizeof in6 : sizeof in)) {
        closesocket(made);
        return INVALID_SOCKET;
    }
    return made;
}

static void listen_and_connect(int family)
{
    struct sockaddr_storage address;
    int size = sizeof address;
    SOCKET client, server, listening = bound(family, SOCK_STREAM);
    if (listening == INVALID_SOCKET && family == AF_INET6)
        return;
    if (listening == INVALID_SOCKET || listen(listening, 5))
        fail("listen");
    print_local("TCP", listening);
    fprintf(report, " %s LISTENING %lu\n", family == AF_INET6 ? "[::]:0" : "0.0.0.0:0", GetCurrentProcessId());

    getsockname(listening, (void *)&address, &size);
    client = socket(family, SOCK_STREAM, 0);
    if (connect(client, (void *)&address, size))
        fail("connect");
    server = accept(listening, NULL, NULL);
    if (server == INVALID_SOCKET)
        fail("accept");
    print_connection(client);
    print_connection(server);
}

static void open_udp(int family)
{
    SOCKET made = bound(family, SOCK_DGRAM);
    if (made == INVALID_SOCKET && family == AF_INET6)
        return;
    if (made == INVALID_SOCKET)
        fail("bind");
    print_local("UDP", made);
    fprintf(report, " *:* - %lu\n", GetCurrentProcessId());
}

int main(int count, char **arguments)
{
    WSADATA data;
    char part[MAX_PATH];
    if (count != 2) {
        fputs("usage: listener FILE\n", stderr);
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data))
        fail("WSAStartup");
    /* FILE appears when it is complete. */
    snprintf(part, sizeof part, "%s.part", arguments[1]);
    report = fopen(part, "wb");
    if (!report)
        fail("cannot write FILE");
    listen_and_connect(AF_INET);
    listen_and_connect(AF_INET6);
    open_udp(AF_INET);
    open_udp(AF_INET6);
    fclose(report);
    if (rename(part, arguments[1]))
        fail("cannot write FILE");

    for (int tenths = 0; tenths < 1200; tenths++) {
        if (GetFileAttributesA(arguments[1]) == INVALID_FILE_ATTRIBUTES)
            return 0;
        Sleep(100);
    }
    remove(arguments[1]);
    return 0;
}
