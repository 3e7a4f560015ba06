/*
 * context_x86_64.S - context_switch() of context.h.
 *
 * What a function must leave as it was (System V ABI, AMD64 supplement, section
 * 3.2.1) is put on the stack that is left, and taken from the one that is gone
 * to.  It comes back by the address on top of that one.
 *
 * In a file of its own because of what the compiler would note of it otherwise:
 * that it may run with a shadow stack, which would have to be switched, too.
 */
#include "base/context.h"

#ifdef CONTEXT_BY_HAND
	.text
	.globl context_switch
	.hidden context_switch
	.type context_switch, @function
context_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	subq $8, %rsp
	stmxcsr (%rsp)
	fnstcw 4(%rsp)
	movq %rsp, (%rdi)
	movq (%rsi), %rsp
	ldmxcsr (%rsp)
	fldcw 4(%rsp)
	addq $8, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size context_switch, . - context_switch
#endif

	.section .note.GNU-stack, "", @progbits
