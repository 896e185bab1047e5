# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Settings in which mount sources have a directory of their own.
shared_dir := common.mount_source_cpath
