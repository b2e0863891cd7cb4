"""The rules, one file each; being in this folder is what makes a rule one."""
