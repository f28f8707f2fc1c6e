"""Who is told of alarms: notices are put into groups, groups become deliveries, deliveries are worked off."""
