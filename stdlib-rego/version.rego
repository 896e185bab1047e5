# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# explain: version
version if oci.Version == want.OCI.Version
