# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Where the guest mounts a block device.
device_dir(pattern, s) := replace(replace(pattern, "$(spath)", common.spath), "$(b64_device_id)", base64url.encode(s.source))
