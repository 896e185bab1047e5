# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_annotations_message_accepted[name] if {
	some name, patch in {
		"all": [],
		"fallback": replaced("/OCI/Annotations/io.kubernetes.container.terminationMessagePolicy", "FallbackToLogsOnError"),
		"missing": removed("/OCI/Annotations/io.kubernetes.container.terminationMessagePath"),
	}
	created(create_web, patch)
}

test_annotations_message_refused[name] if {
	some name, patch in {
		"policy": replaced("/OCI/Annotations/io.kubernetes.container.terminationMessagePolicy", "Files"),
		"path": replaced("/OCI/Annotations/io.kubernetes.container.terminationMessagePath", "x"),
		"line break": replaced("/OCI/Annotations/io.kubernetes.container.terminationMessagePath", "/x\n"),
	}
	not created(create_web, patch)
}
