/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A length-prefixed message in pieces, then protobuf: the first byte chooses
 * the message and the size of the pieces.  What decodes must come out the
 * same after encoding and decoding again.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/wire/meshapi.pb-c.h"
#include "runtime/wire/message.h"
#include "runtime/wire/pb.h"
#include "runtime/wire/userapi.pb-c.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX 100000

static const ProtobufCMessageDescriptor *const types[] = {
    &userapi__set_manifest_request__descriptor,
    &userapi__set_manifest_response__descriptor,
    &userapi__get_manifests_response__descriptor,
    &userapi__recover_request__descriptor,
    &meshapi__new_mesh_cert_request__descriptor,
    &meshapi__new_mesh_cert_response__descriptor,
    &meshapi__recover_response__descriptor,
};

/* A decoder may take what an encoder never writes; twice is stable. */
static void
again(const ProtobufCMessageDescriptor *type, const ProtobufCMessage *m)
{
	ProtobufCMessage *back;
	uint8_t *a, *b;
	size_t an, bn;

	if (wire_pb_pack(&a, &an, m, 0, SIZE_MAX, NULL) != 0 ||
	    wire_pb_unpack(&back, type, (struct str){(char *)a, an}, NULL) !=
		0 ||
	    wire_pb_pack(&b, &bn, back, 0, SIZE_MAX, NULL) != 0 || an != bn ||
	    memcmp(a, b, an) != 0)
		abort();
	wire_pb_free(back);
	wire_wipe_free(a, an);
	wire_wipe_free(b, bn);
}

static void
decode(const ProtobufCMessageDescriptor *type, const struct wire_message *w)
{
	struct str in = {(const char *)w->p, w->n};
	ProtobufCMessage *m;

	if (wire_pb_unpack(&m, type, in, NULL) != 0)
		return;
	again(type, m);
	wire_pb_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_message w = {0};
	size_t at, n, step;

	if (size == 0)
		return 0;
	step = 1 + (data[0] >> 3);
	for (at = 1; at < size; at += n) {
		n = size - at < step ? size - at : step;
		if (wire_message_feed(&w, data + at, n, MAX, MAX) !=
		    WIRE_MESSAGE_FINE)
			break;
		if (w.n > w.cap || w.cap > w.len)
			abort();
	}
	if (at >= size && wire_message_complete(&w))
		decode(types[data[0] % 7], &w);
	wire_message_free(&w);
	return 0;
}
