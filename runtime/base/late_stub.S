/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of LATE() as they are linked: late_call goes on to the one
 * with the number in r11d, late_bind() having looked them up.  r10 and r11 are
 * no register of the System V calling convention for arguments, results or
 * what a function must keep.  What arguments are in is saved around
 * late_bind(); no function of OpenSSL that is called here takes floating-point
 * numbers.
 */
	.text

	.hidden	late_call
	.type	late_call, @function
late_call:
	cmpb	$0, late_ready(%rip)
	je	1f
2:	leaq	late_table(%rip), %r10
	jmp	*(%r10,%r11,8)
1:	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq	%rax
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	pushq	%r11
	call	late_bind
	popq	%r11
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	popq	%rax
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	jmp	2b
	.cfi_endproc
	.size	late_call, . - late_call

	.set	late_number, 0
	.macro	LATE_STUB name
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
	endbr64
	movl	$late_number, %r11d
	jmp	late_call
	.size	\name, . - \name
	.set	late_number, late_number + 1
	.endm

#define LATE(name) LATE_STUB name
#include "late.def"

	.section .note.GNU-stack, "", @progbits
