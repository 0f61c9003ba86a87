//! The Lambda service: functions, execution environments, the Runtime API.
