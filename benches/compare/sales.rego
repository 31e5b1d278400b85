# The comparison policy for regorus. The hourly rate comes in cents, since its numbers are binary floats otherwise.
package sales

score := (((3 * input.niche + 4 * input.budget) + 3 * input.values) + 2 * input.ambition) + 3 * input.openness

default priority := "low"
priority := "high" if score >= 50
else := "medium" if score >= 30

is_bid if input.channel in {"rfp", "tender"}

default respond := false
respond if not is_bid
respond if priority == "high"

default discovery_billing := "billed"
discovery_billing := "waived" if {
  input.channel == "tender"
  input.client_kind == "government"
  input.law_forbids_discovery_billing
} else := "on_acceptance" if {
  is_bid
  respond
}

default tier := 1
tier := 2 if input.users > 1000
tier := 2 if input.deployment == "independent"
tier := 2 if input.provider == "aws"
tier := 2 if input.instances > 1

hours_each := 11 if tier == 2
else := 7

total_hours := hours_each * input.instances
monthly_cost := total_hours * input.hourly_rate

default capacity := "open"
capacity := "closed" if input.role_load >= input.role_limit
else := "limited" if input.hours_free < input.hours_needed

default accept := false
accept if { respond; input.existing_client }
accept if { respond; capacity == "open" }

outputs := {
  "priority": priority,
  "respond": respond,
  "discovery_billing": discovery_billing,
  "tier": tier,
  "total_hours": total_hours,
  "monthly_cost": monthly_cost,
  "capacity": capacity,
  "accept": accept,
}
