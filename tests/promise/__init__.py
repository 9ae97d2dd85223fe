"""A plan of many pairs with mixed changes, some records edited between plan and apply: is it kept to the letter?"""
