"""Every call and every commit of many short scenarios, and a death right before and right after each of them."""
