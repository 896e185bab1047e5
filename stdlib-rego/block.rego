# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Where the guest mounts a block device.
device_dir(pattern, s) := replace(replace(pattern, "$(spath)", policy_data.common.spath), "$(b64_device_id)", base64url.encode(s.source))
