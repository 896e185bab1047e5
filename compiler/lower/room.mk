SRCS += compiler/lower/target.c compiler/lower/settings.c \
	compiler/lower/settings_check.c compiler/lower/settings_fill.c \
	compiler/lower/emit.c compiler/lower/expand.c compiler/lower/env.c \
	compiler/lower/user.c compiler/lower/process.c compiler/lower/mount.c \
	compiler/lower/volume.c compiler/lower/container.c \
	compiler/lower/base.c compiler/lower/layers.c \
	compiler/lower/lower.c compiler/lower/secret.c
$(O)/compiler/lower/target.o: $(wildcard compiler/lower/target/*.json)
JSON += $(foreach t,kata-4 contrast-metal metal-v1.2 aks-v1.2,$(subst .,_,$(subst \
	-,_,$t))=compiler/lower/target/$t.json)
