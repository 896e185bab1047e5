/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_IMAGES_H
#define CONTRASTC_CMD_IMAGES_H

#include "compiler/cmd/cmd.h"
#include "compiler/image/image.h"

/* The options about images as an image store takes them; an exit status. */
int cmd_images(struct run *r, struct img_options *o);

/*
 * Progress of downloads on standard error, as --progress says: one line an
 * image, drawn again and again on a terminal, printed at its end elsewhere.
 */
int progress_start(struct run *r, struct img_registry_options *o);

#endif
