# SPDX-License-Identifier: Apache-2.0
# with: image_layers
package agent_policy

import future.keywords.if

accepted_storages(found) if storages with input as {"storages": found}

test_storages_layers_none if accepted_storages([{"fstype": "tar"}, {"fstype": "fuse3.kata-overlay"}])

test_storages_layers_none_refused if not accepted_storages([{"fstype": "tar"}, {"fstype": "ext4"}])

test_storages_layers_none_pull if not accepted_storages([create_web.storages[0]])
