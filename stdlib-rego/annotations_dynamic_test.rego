# SPDX-License-Identifier: Apache-2.0
# with: annotations_dynamic
package agent_policy

import future.keywords.in
import future.keywords.if

patterns := [{"op": "add", "path": "/common/dynamic_annotations", "value": {"gpu[0-9]": "a"}}]

test_annotations_dynamic_accepted[name] if {
	some name, patch in {
		"all": [],
		"matches": added("/OCI/Annotations/gpu1", "a"),
	}
	created_with(patterns, create_web, patch)
}

test_annotations_dynamic_refused[name] if {
	some name, patch in {
		"value": added("/OCI/Annotations/gpu1", "b"),
		"part of a key": added("/OCI/Annotations/xgpu1", "a"),
	}
	not created_with(patterns, create_web, patch)
}
