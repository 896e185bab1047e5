/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of LATE() as they are linked: each goes on to the one with its
 * number in late_table, which late_bind() fills.  r10 and r11 are no registers
 * of the System V calling convention for arguments, results or what a function
 * must keep.  What arguments are in is saved around late_bind(); none of these
 * functions takes floating-point numbers.
 */
	.text

	.hidden	late_call
	.type	late_call, @function
late_call:
	.cfi_startproc
	leaq	late_table(%rip), %r10
	movq	(%r10,%r11,8), %r10
	testq	%r10, %r10
	je	1f
	jmp	*%r10
1:	pushq	%rbp
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
	movq	%r11, %rdi
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
	jmp	late_call
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

#define LATE(name, library) LATE_STUB name
#include "late.def"

	.section .note.GNU-stack, "", @progbits
