/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_BANNED_H
#define CONTRASTC_BASE_BANNED_H

/* Included last by every .c file: calls that have no safe use here. */
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok
#pragma GCC poison gets atoi atol atof gmtime localtime ctime asctime
#pragma GCC poison mktemp tmpnam

#endif
