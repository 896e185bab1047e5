/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_EMBED_H
#define CONTRASTC_BASE_EMBED_H

#include "runtime/base/str.h"

/*
 * A file of the source tree as bytes of the program:
 *
 *	EMBED(kata4, "compiler/lower/target/kata-4.json");
 *	... EMBEDDED(kata4) is its struct str.
 *
 * The room.mk names the file as a dependency of the object.
 */
#define EMBED(name, path)                                                      \
	__asm__(".section .rodata\n"                                           \
		".balign 16\n"                                                 \
		".type embed_" #name ", @object\n"                             \
		"embed_" #name ":\n"                                           \
		".incbin \"" path "\"\n"                                       \
		".type embed_" #name "_end, @object\n"                         \
		"embed_" #name "_end:\n"                                       \
		".byte 0\n"                                                    \
		".previous\n");                                                \
	extern const char embed_##name[]                                       \
	    __attribute__((visibility("hidden")));                             \
	extern const char embed_##name##_end[]                                 \
	    __attribute__((visibility("hidden")))

#define EMBEDDED(name)                                                         \
	((struct str){                                                         \
	    embed_##name, (size_t)(embed_##name##_end - embed_##name)})

#endif
