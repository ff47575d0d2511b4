"""The pages people open by a link: owners report, the coordinator sees all, worst first."""
