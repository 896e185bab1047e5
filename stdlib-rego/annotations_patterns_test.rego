# SPDX-License-Identifier: Apache-2.0
# with: annotations_patterns
package agent_policy

import future.keywords.in
import future.keywords.if

patterns := [{"op": "add", "path": "/containers/2/runtime_anno_patterns", "value": {
	"gpu[0-9]": "a",
	"^io\\.kubernetes\\.container\\.termination.*$": ".*",
}}]

test_annotations_patterns_accepted[name] if {
	some name, patch in {
		"all": [],
		"matches": added("/OCI/Annotations/gpu1", "a"),
	}
	created_with(patterns, create_web, patch)
}

test_annotations_patterns_refused[name] if {
	some name, patch in {
		"value": added("/OCI/Annotations/gpu1", "b"),
		"part of a value": added("/OCI/Annotations/gpu1", "aa"),
		"part of a key": added("/OCI/Annotations/xgpu1", "a"),
	}
	not created_with(patterns, create_web, patch)
}
